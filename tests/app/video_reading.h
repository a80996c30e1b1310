// Reads a video back with FFmpeg, for tests.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <cstdint>
#include <string>
#include <vector>

namespace weft {

struct ReadVideo {
    bool opened = false;
    int width = 0, height = 0;
    std::string codec;
    AVPixelFormat pixel_format = AV_PIX_FMT_NONE;
    AVColorRange range = AVCOL_RANGE_UNSPECIFIED;
    AVColorSpace matrix = AVCOL_SPC_UNSPECIFIED;
    AVColorPrimaries primaries = AVCOL_PRI_UNSPECIFIED;
    AVColorTransferCharacteristic transfer = AVCOL_TRC_UNSPECIFIED;
    std::vector<double> times_s;             // of each decoded frame
    std::vector<std::vector<double>> means;  // [frames][3] mean Y, Cb, Cr
};

inline double plane_mean(const uint8_t* data, int stride, int width, int height) {
    double sum = 0.0;
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) sum += data[y * stride + x];
    }
    return sum / (double(width) * height);
}

inline ReadVideo read_video(const std::string& path) {
    ReadVideo video;
    AVFormatContext* input = nullptr;
    // By content: a part has no suffix that FFmpeg knows.
    if (avformat_open_input(&input, path.c_str(), nullptr, nullptr) < 0) return video;
    avformat_find_stream_info(input, nullptr);
    const AVCodecParameters* parameters = input->streams[0]->codecpar;
    const AVCodec* decoder = avcodec_find_decoder(parameters->codec_id);
    AVCodecContext* codec = avcodec_alloc_context3(decoder);
    avcodec_parameters_to_context(codec, parameters);
    avcodec_open2(codec, decoder, nullptr);
    video.opened = true;
    video.width = parameters->width;
    video.height = parameters->height;
    video.codec = decoder->name;
    AVPacket* packet = av_packet_alloc();
    AVFrame* frame = av_frame_alloc();
    bool more = true;
    while (more) {
        more = av_read_frame(input, packet) >= 0;
        avcodec_send_packet(codec, more ? packet : nullptr);
        av_packet_unref(packet);
        while (avcodec_receive_frame(codec, frame) >= 0) {
            video.times_s.push_back(double(frame->pts) * av_q2d(input->streams[0]->time_base));
            std::vector<double> mean;
            for (int plane = 0; plane < 3; ++plane) {
                const int shift = plane ? 1 : 0;
                mean.push_back(plane_mean(frame->data[plane], frame->linesize[plane], frame->width >> shift,
                                          frame->height >> shift));
            }
            video.means.push_back(mean);
            video.pixel_format = AVPixelFormat(frame->format);
            video.range = frame->color_range;
            video.matrix = frame->colorspace;
            video.primaries = frame->color_primaries;
            video.transfer = frame->color_trc;
        }
    }
    av_frame_free(&frame);
    av_packet_free(&packet);
    avcodec_free_context(&codec);
    avformat_close_input(&input);
    return video;
}

}  // namespace weft

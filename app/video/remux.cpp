extern "C" {
#include <libavformat/avformat.h>
#include <libavutil/log.h>
}

#include <memory>

#include "app/video/ffmpeg_error.h"
#include "app/video/part.h"

namespace weft {

namespace {

struct CloseInput {
    void operator()(AVFormatContext* input) const { avformat_close_input(&input); }
};
struct CloseOutput {
    void operator()(AVFormatContext* output) const {
        avio_closep(&output->pb);
        avformat_free_context(output);
    }
};
struct FreePacket {
    void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};
using InputPtr = std::unique_ptr<AVFormatContext, CloseInput>;
using OutputPtr = std::unique_ptr<AVFormatContext, CloseOutput>;

InputPtr open_input(const std::string& path) {
    av_log_set_level(AV_LOG_FATAL);
    AVFormatContext* input = nullptr;
    check_ffmpeg(avformat_open_input(&input, path.c_str(), av_find_input_format("mp4"), nullptr),
                 "read '" + path + "'");
    InputPtr owner(input);
    check_ffmpeg(avformat_find_stream_info(input, nullptr), "read '" + path + "'");
    if (input->nb_streams == 0) throw Error("cannot read '" + path + "': it has no video");
    return owner;
}

void copy_packets(AVFormatContext* input, AVFormatContext* output, const std::string& to) {
    const std::unique_ptr<AVPacket, FreePacket> packet(av_packet_alloc());
    while (av_read_frame(input, packet.get()) >= 0) {
        if (packet->stream_index == 0) {
            av_packet_rescale_ts(packet.get(), input->streams[0]->time_base, output->streams[0]->time_base);
            packet->pos = -1;
            check_ffmpeg(av_write_frame(output, packet.get()), "write '" + to + "'");
        }
        av_packet_unref(packet.get());
    }
}

void copy_video(const std::string& from, const std::string& to) {
    const InputPtr input = open_input(from);
    AVFormatContext* allocated = nullptr;
    check_ffmpeg(avformat_alloc_output_context2(&allocated, nullptr, "mp4", to.c_str()),
                 "write '" + to + "'");
    const OutputPtr output(allocated);
    AVStream* stream = avformat_new_stream(output.get(), nullptr);
    check_ffmpeg(avcodec_parameters_copy(stream->codecpar, input->streams[0]->codecpar),
                 "write '" + to + "'");
    stream->codecpar->codec_tag = 0;
    stream->time_base = input->streams[0]->time_base;
    stream->avg_frame_rate = input->streams[0]->avg_frame_rate;
    check_ffmpeg(avio_open(&output->pb, to.c_str(), AVIO_FLAG_WRITE), "write '" + to + "'");
    AVDictionary* muxer = nullptr;
    av_dict_set(&muxer, "movflags", "faststart", 0);
    const int code = avformat_write_header(output.get(), &muxer);
    av_dict_free(&muxer);
    check_ffmpeg(code, "write '" + to + "'");
    copy_packets(input.get(), output.get(), to);
    check_ffmpeg(av_write_trailer(output.get()), "write '" + to + "'");
    check_ffmpeg(output->pb->error, "write '" + to + "'");
    check_ffmpeg(avio_closep(&output->pb), "write '" + to + "'");
}

}  // namespace

void video_part::remux(const std::filesystem::path& from, const std::filesystem::path& to) {
    try {
        copy_video(from.string(), to.string());
    } catch (const Error&) {
        std::error_code ignored;
        std::filesystem::remove(to, ignored);
        throw;
    }
}

// The sum over the packets: a part's head says nothing about its length.
double video_part::seconds(const std::filesystem::path& file) {
    try {
        const InputPtr input = open_input(file.string());
        const std::unique_ptr<AVPacket, FreePacket> packet(av_packet_alloc());
        int64_t end = 0;
        while (av_read_frame(input.get(), packet.get()) >= 0) {
            if (packet->stream_index == 0) end = std::max(end, packet->pts + packet->duration);
            av_packet_unref(packet.get());
        }
        return static_cast<double>(end) * av_q2d(input->streams[0]->time_base);
    } catch (const Error&) {
        return 0.0;
    }
}

}  // namespace weft

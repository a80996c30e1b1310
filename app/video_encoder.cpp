#include "app/video_encoder.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/log.h>
#include <libavutil/opt.h>
}

#include <algorithm>

#include "app/ffmpeg_error.h"
#include "app/yuv_conversion.h"

namespace weft {

namespace {

// Those that take yuv420p from plain memory.
const char* const usable_encoders[] = {"libx264", "h264_nvenc", "libopenh264", "h264_v4l2m2m"};

struct CloseCodec {
    void operator()(AVCodecContext* codec) const { avcodec_free_context(&codec); }
};
struct FreeFrame {
    void operator()(AVFrame* frame) const { av_frame_free(&frame); }
};
struct FreePacket {
    void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};
struct CloseOutput {
    void operator()(AVFormatContext* output) const {
        avio_closep(&output->pb);
        avformat_free_context(output);
    }
};
using CodecPtr = std::unique_ptr<AVCodecContext, CloseCodec>;
using FramePtr = std::unique_ptr<AVFrame, FreeFrame>;

void set_encoder_options(AVCodecContext* codec, const std::string& name) {
    if (name == "libx264") {
        // CPU ms and kB a frame of a sketch of the design that pans, 1280x720: ultrafast 3.5 and 6.4,
        // superfast so 4.4 and 4.2, veryfast so 6.1 and 4.1. The cores are shared with a software renderer;
        // without lookahead no frames wait in the encoder when the program is killed.
        av_opt_set(codec->priv_data, "preset", "superfast", 0);
        av_opt_set(codec->priv_data, "crf", "19", 0);
        av_opt_set(codec->priv_data, "x264-params", "bframes=0:rc-lookahead=0:sync-lookahead=0:mbtree=0", 0);
    } else {
        codec->bit_rate = int64_t{codec->width} * codec->height * codec->framerate.num / 8;
    }
}

CodecPtr open_encoder(const std::string& name, const VideoSettings& settings, bool global_header) {
    const AVCodec* encoder = avcodec_find_encoder_by_name(name.c_str());
    if (!encoder) return nullptr;
    CodecPtr codec(avcodec_alloc_context3(encoder));
    codec->width = settings.size.x;
    codec->height = settings.size.y;
    codec->time_base = {1, settings.frames_per_second};
    codec->framerate = {settings.frames_per_second, 1};
    codec->pix_fmt = AV_PIX_FMT_YUV420P;
    codec->gop_size = settings.frames_per_second;  // a keyframe a second: players seek by them
    codec->max_b_frames = 0;
    codec->color_range = AVCOL_RANGE_MPEG;
    codec->color_primaries = AVCOL_PRI_BT709;
    codec->color_trc = AVCOL_TRC_BT709;
    codec->colorspace = AVCOL_SPC_BT709;
    codec->chroma_sample_location = AVCHROMA_LOC_CENTER;
    codec->thread_count = 2;
    if (global_header) codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    set_encoder_options(codec.get(), name);
    return avcodec_open2(codec.get(), encoder, nullptr) < 0 ? nullptr : std::move(codec);
}

CodecPtr open_best_encoder(const VideoSettings& settings, bool global_header) {
    for (const char* name : usable_encoders) {
        if (CodecPtr codec = open_encoder(name, settings, global_header)) return codec;
    }
    throw Error(
        "no H.264 encoder works for " + std::to_string(settings.size.x) + "x" +
            std::to_string(settings.size.y),
        "Install FFmpeg's libavcodec with libx264 (Debian: libavcodec-extra); 'weft doctor' lists encoders.");
}

}  // namespace

struct VideoEncoder::State {
    VideoSettings settings;
    CodecPtr codec;
    std::unique_ptr<AVFormatContext, CloseOutput> output;
    AVStream* stream = nullptr;
    std::unique_ptr<AVPacket, FreePacket> packet{av_packet_alloc()};
    std::vector<FramePtr> frames;  // the encoder may still read some of them
    AVFrame* last = nullptr;
    int64_t next_pts = 0;
    bool finished = false;

    std::string action() const { return "write '" + settings.path + "'"; }

    AVFrame* free_frame() {
        for (const FramePtr& frame : frames) {
            if (frame.get() != last && av_frame_is_writable(frame.get()) > 0) return frame.get();
        }
        FramePtr frame(av_frame_alloc());
        frame->format = AV_PIX_FMT_YUV420P;
        frame->width = settings.size.x;
        frame->height = settings.size.y;
        frame->color_range = codec->color_range;
        frame->color_primaries = codec->color_primaries;
        frame->color_trc = codec->color_trc;
        frame->colorspace = codec->colorspace;
        frame->chroma_location = codec->chroma_sample_location;
        check_ffmpeg(av_frame_get_buffer(frame.get(), 0), "allocate a video frame");
        frames.push_back(std::move(frame));
        return frames.back().get();
    }

    void write_ready_packets() {
        for (;;) {
            const int code = avcodec_receive_packet(codec.get(), packet.get());
            if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return;
            check_ffmpeg(code, "encode video");
            packet->duration = 1;
            av_packet_rescale_ts(packet.get(), codec->time_base, stream->time_base);
            packet->stream_index = stream->index;
            const int written = av_write_frame(output.get(), packet.get());
            av_packet_unref(packet.get());
            check_ffmpeg(written, action());
            check_ffmpeg(output->pb->error, action());
        }
    }

    void send(AVFrame* frame) {
        frame->pts = next_pts++;
        check_ffmpeg(avcodec_send_frame(codec.get(), frame), "encode video");
        write_ready_packets();
    }
};

VideoEncoder::VideoEncoder(const VideoSettings& settings) : state_(std::make_unique<State>()) {
    WEFT_ASSERT(settings.size == even_size(settings.size), settings.path);
    av_log_set_level(AV_LOG_FATAL);  // what matters comes back as an error
    State& s = *state_;
    s.settings = settings;
    AVFormatContext* output = nullptr;
    check_ffmpeg(avformat_alloc_output_context2(&output, nullptr, "mp4", settings.path.c_str()), s.action());
    s.output.reset(output);
    s.codec = open_best_encoder(settings, output->oformat->flags & AVFMT_GLOBALHEADER);
    s.stream = avformat_new_stream(output, nullptr);
    s.stream->time_base = s.codec->time_base;
    s.stream->avg_frame_rate = s.codec->framerate;
    check_ffmpeg(avcodec_parameters_from_context(s.stream->codecpar, s.codec.get()), s.action());
    check_ffmpeg(avio_open(&output->pb, settings.path.c_str(), AVIO_FLAG_WRITE), s.action());
    output->flags |= AVFMT_FLAG_FLUSH_PACKETS;
    AVDictionary* muxer = nullptr;
    av_dict_set(&muxer, "movflags", "frag_keyframe+empty_moov+default_base_moof", 0);
    av_dict_set(&muxer, "frag_duration", "500000", 0);  // microseconds
    const int code = avformat_write_header(output, &muxer);
    av_dict_free(&muxer);
    check_ffmpeg(code, s.action());
}

VideoEncoder::~VideoEncoder() = default;

void VideoEncoder::encode(const uint8_t* rgba, size_t stride_bytes) {
    State& s = *state_;
    AVFrame* frame = s.free_frame();
    const auto stride = [frame](int plane) { return static_cast<size_t>(frame->linesize[plane]); };
    yuv420_from_rgba(rgba, stride_bytes, s.settings.size.x, s.settings.size.y,
                     {frame->data[0], frame->data[1], frame->data[2], stride(0), stride(1), stride(2)});
    s.last = frame;
    s.send(frame);
}

void VideoEncoder::repeat() {
    WEFT_ASSERT(state_->last, "no picture yet");
    state_->send(state_->last);
}

void VideoEncoder::finish() {
    State& s = *state_;
    if (s.finished) return;
    s.finished = true;
    check_ffmpeg(avcodec_send_frame(s.codec.get(), nullptr), "encode video");
    s.write_ready_packets();
    check_ffmpeg(av_write_trailer(s.output.get()), s.action());
    check_ffmpeg(avio_closep(&s.output->pb), s.action());
}

int64_t VideoEncoder::frames() const {
    return state_->next_pts;
}

std::string VideoEncoder::encoder_name() const {
    return state_->codec->codec->name;
}

glm::ivec2 even_size(glm::ivec2 size) {
    return {std::max(16, size.x - size.x % 2), std::max(16, size.y - size.y % 2)};
}

std::vector<std::string> h264_encoders() {
    av_log_set_level(AV_LOG_FATAL);
    std::vector<std::string> names;
    for (const char* name : usable_encoders) {
        if (open_encoder(name, {}, false)) names.emplace_back(name);
    }
    return names;
}

}  // namespace weft

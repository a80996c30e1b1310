#include "app/video/part.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/log.h>
#include <libavutil/opt.h>
}

#include <algorithm>

#include "app/video/ffmpeg_error.h"
#include "app/video/yuv_conversion.h"

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

class FfmpegEncoder final : public VideoEncoder {
  public:
    explicit FfmpegEncoder(const VideoSettings& settings);
    void encode(const uint8_t* rgba, size_t stride_bytes) override;
    void repeat() override;
    void finish() override;
    int64_t frames() const override { return next_pts_; }
    std::string encoder_name() const override { return codec_->codec->name; }

  private:
    std::string action() const { return "write '" + settings_.path + "'"; }

    AVFrame* free_frame() {
        for (const FramePtr& frame : frames_) {
            if (frame.get() != last_ && av_frame_is_writable(frame.get()) > 0) return frame.get();
        }
        FramePtr frame(av_frame_alloc());
        frame->format = AV_PIX_FMT_YUV420P;
        frame->width = settings_.size.x;
        frame->height = settings_.size.y;
        frame->color_range = codec_->color_range;
        frame->color_primaries = codec_->color_primaries;
        frame->color_trc = codec_->color_trc;
        frame->colorspace = codec_->colorspace;
        frame->chroma_location = codec_->chroma_sample_location;
        check_ffmpeg(av_frame_get_buffer(frame.get(), 0), "allocate a video frame");
        frames_.push_back(std::move(frame));
        return frames_.back().get();
    }

    void write_ready_packets() {
        for (;;) {
            const int code = avcodec_receive_packet(codec_.get(), packet_.get());
            if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return;
            check_ffmpeg(code, "encode video");
            packet_->duration = 1;
            av_packet_rescale_ts(packet_.get(), codec_->time_base, stream_->time_base);
            packet_->stream_index = stream_->index;
            const int written = av_write_frame(output_.get(), packet_.get());
            av_packet_unref(packet_.get());
            check_ffmpeg(written, action());
            check_ffmpeg(output_->pb->error, action());
        }
    }

    void send(AVFrame* frame) {
        frame->pts = next_pts_++;
        check_ffmpeg(avcodec_send_frame(codec_.get(), frame), "encode video");
        write_ready_packets();
    }

    VideoSettings settings_;
    CodecPtr codec_;
    std::unique_ptr<AVFormatContext, CloseOutput> output_;
    AVStream* stream_ = nullptr;
    std::unique_ptr<AVPacket, FreePacket> packet_{av_packet_alloc()};
    std::vector<FramePtr> frames_;  // the encoder may still read some of them
    AVFrame* last_ = nullptr;
    int64_t next_pts_ = 0;
    bool finished_ = false;
};

FfmpegEncoder::FfmpegEncoder(const VideoSettings& settings) : settings_(settings) {
    WEFT_ASSERT(settings.size == even_size(settings.size), settings.path);
    av_log_set_level(AV_LOG_FATAL);  // what matters comes back as an error
    AVFormatContext* output = nullptr;
    check_ffmpeg(avformat_alloc_output_context2(&output, nullptr, "mp4", settings.path.c_str()), action());
    output_.reset(output);
    codec_ = open_best_encoder(settings, output->oformat->flags & AVFMT_GLOBALHEADER);
    stream_ = avformat_new_stream(output, nullptr);
    stream_->time_base = codec_->time_base;
    stream_->avg_frame_rate = codec_->framerate;
    check_ffmpeg(avcodec_parameters_from_context(stream_->codecpar, codec_.get()), action());
    check_ffmpeg(avio_open(&output->pb, settings.path.c_str(), AVIO_FLAG_WRITE), action());
    output->flags |= AVFMT_FLAG_FLUSH_PACKETS;
    AVDictionary* muxer = nullptr;
    av_dict_set(&muxer, "movflags", "frag_keyframe+empty_moov+default_base_moof", 0);
    av_dict_set(&muxer, "frag_duration", "500000", 0);  // microseconds
    const int code = avformat_write_header(output, &muxer);
    av_dict_free(&muxer);
    check_ffmpeg(code, action());
}

void FfmpegEncoder::encode(const uint8_t* rgba, size_t stride_bytes) {
    AVFrame* frame = free_frame();
    const auto stride = [frame](int plane) { return static_cast<size_t>(frame->linesize[plane]); };
    yuv420_from_rgba(rgba, stride_bytes, settings_.size.x, settings_.size.y,
                     {frame->data[0], frame->data[1], frame->data[2], stride(0), stride(1), stride(2)});
    last_ = frame;
    send(frame);
}

void FfmpegEncoder::repeat() {
    WEFT_ASSERT(last_, "no picture yet");
    send(last_);
}

void FfmpegEncoder::finish() {
    if (finished_) return;
    finished_ = true;
    check_ffmpeg(avcodec_send_frame(codec_.get(), nullptr), "encode video");
    write_ready_packets();
    check_ffmpeg(av_write_trailer(output_.get()), action());
    check_ffmpeg(avio_closep(&output_->pb), action());
}

}  // namespace

std::unique_ptr<VideoEncoder> video_part::open_encoder(const VideoSettings& settings) {
    return std::make_unique<FfmpegEncoder>(settings);
}

std::vector<std::string> video_part::h264_encoders() {
    av_log_set_level(AV_LOG_FATAL);
    std::vector<std::string> names;
    for (const char* name : usable_encoders) {
        if (weft::open_encoder(name, {}, false)) names.emplace_back(name);
    }
    return names;
}

}  // namespace weft

// FFmpeg's error numbers as weft::Error. Only for files that use FFmpeg.
#pragma once

extern "C" {
#include <libavutil/error.h>
}

#include <string>

#include "analysis/error.h"

namespace weft {

inline std::string ffmpeg_text(int code) {
    char text[AV_ERROR_MAX_STRING_SIZE] = {};
    av_strerror(code, text, sizeof text);
    return text;
}

// ENOSPC, EDQUOT, EFBIG: there is no more room for this file.
inline bool is_out_of_space(int code) {
    return code == AVERROR(ENOSPC) || code == AVERROR(EDQUOT) || code == AVERROR(EFBIG);
}

// Throws where `code` is negative. `action`: "write 'lecture.mp4.part'".
inline int check_ffmpeg(int code, const std::string& action) {
    if (code >= 0) return code;
    if (is_out_of_space(code)) {
        throw Error("cannot " + action + ": the disk is full", "Make room, or record to another disk.");
    }
    throw Error("cannot " + action + ": " + ffmpeg_text(code));
}

}  // namespace weft

#include "app/video/part.h"

using namespace weft::video_part;

const weft::VideoPart weft_video_part{open_encoder, h264_encoders, fit_picture, remux, seconds};

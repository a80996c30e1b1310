// Labels come and go within 0.2 s instead of popping: what stands in a frame and what has no room in it are
// known by DrawList; this holds from frame to frame how far each has come. Two that overlap are never seen at
// once: the one that goes has gone after half of the time, then the other one comes. Main thread; the same
// steps give the same frames.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "renderer/draw_list.h"
#include "scenes/camera_fit.h"

namespace weft {

constexpr double label_fade_s = 0.2;

class LabelFades {
  public:
    // Writes into `list` the opacity of every label that has an id, adds those that are still going (where
    // they would stand, or where they stood last; nothing on a box such as the tooltip), and takes out the
    // absent ones.
    void apply(DrawList& list, double dt_s, const MeasureText& measure);
    // The next frame shows what stands in it, at once: the first picture, a cut, reduced motion.
    void cut() { cuts_ = true; }
    bool is_fading() const { return fades_; }  // as of the last frame

  private:
    struct Known {
        Label label;
        std::optional<ScreenRect> tick;
        double opacity = 0.0;
        bool stands = false;
        bool waited = false;  // for another one to go: comes in half of the time
    };
    void recognise(const DrawList& list);
    void go(const DrawList& list, double step, const MeasureText& measure);
    void come(double step, const MeasureText& measure);

    std::map<uint64_t, Known> known_;
    bool cuts_ = true, fades_ = false;
};

}  // namespace weft

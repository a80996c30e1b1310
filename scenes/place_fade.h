// From one place to another: the one that is left goes, then the other one comes, so that nothing pops. Main
// thread; the same steps give the same frames.
#pragma once

#include <memory>

#include "scenes/scene.h"

namespace weft {

constexpr double place_fade_s = 0.15;  // to go; and to come

class PlaceFade {
  public:
    void leave(std::shared_ptr<const Scene> former);
    void cut();
    void advance(double dt_s);
    bool runs() const { return runs_; }
    // What is drawn instead of the new place; null: the new one has its turn.
    const Scene* former() const { return former_.get(); }
    float opacity() const;  // of what is drawn

  private:
    std::shared_ptr<const Scene> former_;
    double elapsed_s_ = 0.0;
    bool runs_ = false;
};

// All of the list but its ground.
void fade(DrawList& list, float opacity);

}  // namespace weft

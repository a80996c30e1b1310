// Where the two towers stand: three text stacks' layouts on one floor. The encoder's last row is above the
// decoder's first, with a gap between that does not move while the decoder's text grows; the decoder's panes
// follow the encoder's along the layers. A small value, made anew each frame; any thread.
#pragma once

#include <optional>
#include <vector>

#include "scenes/image_tower.h"
#include "scenes/layout.h"
#include "scenes/two_towers.h"

namespace weft {

// Distances of the design (1.75 and 2.9 u for six layers each), before fold, stack and widening.
float encoder_pitch_u(int layers);  // clamp(10.5 / L, 0.65, 3)
float decoder_pitch_u(int layers);  // clamp(17.4 / L, 1.1, 4.5)

// Rows that a text has room for while it is being written, so that it does not move with every word.
int reserved_rows(int tokens);

struct TwoTowersLayout {
    TextStackLayout encoder, decoder;
    TextStackLayout
        cross;  // its queries are the decoder's, its keys stand on panes of their own: on the rails

    std::optional<ImageTowerLayout> image;  // instead of the encoder's panes and the keys of `cross`

    const TextStackLayout& of(AttentionKind kind) const;
    // From the encoder's last pane to the pane of the last layer's keys, in the middle of the lanes. Of an
    // image, whose patches are too many for rails, along its four corners.
    int rails() const { return image ? 4 : cross.keys; }
    std::array<glm::vec3, 2> rail(int token) const;
    // Of the decoder's panes, with the room of a text that is being written.
    std::vector<glm::vec3> decoder_corners() const;
    std::vector<glm::vec3> corners() const;  // of all panes
    float reserved_u = 0.0f;                 // of that room, below the decoder's last row
};

TwoTowersLayout make_towers_layout(const TwoTowersPlan& plan, const ViewMotion& motion,
                                   const Viewport& viewport);

}  // namespace weft

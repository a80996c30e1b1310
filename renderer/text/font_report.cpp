#include "renderer/text/font_report.h"

#include <array>
#include <memory>

#include "analysis/error.h"
#include "renderer/text/font_set.h"

namespace weft {
namespace {

struct Sample {
    const char* text;
    char32_t character;
    bool emoji, bold;
    const char* package;
};

constexpr std::array samples = {
    Sample{"latin", U'a', false, false, "fonts-noto-core"},
    Sample{"latin bold", U'a', false, true, "fonts-noto-core"},
    Sample{"chinese, japanese, korean", U'\u6F22', false, false, "fonts-noto-cjk"},
    Sample{"arabic", U'\u0645', false, false, "fonts-noto-core"},
    Sample{"hebrew", U'\u05D0', false, false, "fonts-noto-core"},
    Sample{"devanagari", U'\u0928', false, false, "fonts-noto-core"},
    Sample{"thai", U'\u0E01', false, false, "fonts-noto-core"},
    Sample{"symbols", U'\u23CE', false, false, "fonts-noto-core"},
    Sample{"emoji in colour", U'\U0001F469', true, false, "fonts-noto-color-emoji"},
};

}  // namespace

std::vector<FontReport> font_report() {
    std::unique_ptr<FontSet> fonts;
    std::string hint;
    try {
        fonts = std::make_unique<FontSet>();
    } catch (const Error& error) {
        hint = error.hint();
    }
    std::vector<FontReport> lines;
    for (const Sample& sample : samples) {
        FontReport line{sample.text, {}, {}, {}};
        const CodePoint c{sample.character, 0};
        const FaceId id = fonts ? fonts->face_for({&c, 1}, sample.emoji, sample.bold) : hex_box_face;
        if (id != hex_box_face && (!sample.emoji || fonts->face(id).color)) {
            line.family = fonts->face(id).family;
            line.file = fonts->face(id).file;
        } else {
            line.hint = hint.empty() ? std::string("apt install ") + sample.package : hint;
        }
        lines.push_back(line);
    }
    return lines;
}

}  // namespace weft

#include "app/prompt_edit.h"

#include <catch2/catch.hpp>

#include "analysis/error.h"
#include "analysis/utf8.h"

using namespace weft;

namespace {

const std::string family = "👨‍👩‍👧";  // three people joined by ZWJ
const std::string accented = "e\xCC\x81";         // e and a combining acute
const std::string flags = "🇩🇪🇫🇷";

PromptEdit typed(const std::string& text) {
    PromptEdit edit;
    for (const char c : text) REQUIRE(edit.insert(std::string(1, c)));
    return edit;
}

}  // namespace

TEST_CASE("backspace and delete take whole grapheme clusters") {
    PromptEdit edit("a" + family + accented + flags);
    edit.erase(Motion::previous);
    CHECK(edit.text() == "a" + family + accented + "🇩🇪");
    edit.erase(Motion::previous);
    edit.erase(Motion::previous);
    CHECK(edit.text() == "a" + family);
    edit.move(Motion::start, false);
    edit.move(Motion::next, false);
    edit.erase(Motion::next);
    CHECK(edit.text() == "a");
}

TEST_CASE("the caret never stands inside a cluster") {
    PromptEdit edit("\xCC\x81x");  // begins with a combining mark
    edit.move(Motion::start, false);
    edit.insert("e");
    CHECK(edit.text() == "e\xCC\x81x");
    CHECK(edit.caret() == 3);
    for (size_t byte = 0; byte <= family.size(); ++byte) {
        PromptEdit one(family);
        one.place_caret(byte, false);
        CHECK((one.caret() == 0 || one.caret() == family.size()));
    }
}

TEST_CASE("deleting between two flags keeps the caret between clusters") {
    PromptEdit edit("🇩x🇪");
    edit.move(Motion::start, false);
    edit.move(Motion::next, false);
    edit.erase(Motion::next);  // the two letters now are one flag
    CHECK(edit.text() == "🇩🇪");
    CHECK(edit.caret() == edit.text().size());
}

TEST_CASE("invalid UTF-8 is refused and changes nothing") {
    PromptEdit edit("ab");
    for (const std::string& bad :
         {std::string("\xFF"), std::string("\xC3"), std::string("\xED\xA0\x80"), std::string("\xC0\xAF"),
          std::string("\xF4\x90\x80\x80"), std::string("ok\x80")}) {
        CHECK_FALSE(edit.insert(bad));
        CHECK_FALSE(edit.paste(bad));
        CHECK_FALSE(edit.set_text(bad));
    }
    CHECK(edit.text() == "ab");
    CHECK(edit.revision() == 0);
    CHECK_FALSE(edit.can_undo());
    CHECK_THROWS_AS(PromptEdit("\xFF"), Error);
}

TEST_CASE("line breaks become single spaces") {
    PromptEdit edit;
    edit.paste(
        "a\r\nb\nc\rd\te\xE2\x80\xA8"
        "f\xC2\x85g");
    CHECK(edit.text() == "a b c d e f g");
}

TEST_CASE("word jumps stop at the ends of words, punctuation and space belong to the way") {
    PromptEdit edit("The animal, too tired");
    edit.move(Motion::start, false);
    std::vector<size_t> stops;
    for (int i = 0; i < 4; ++i) {
        edit.move(Motion::next_word, false);
        stops.push_back(edit.caret());
    }
    CHECK(stops == std::vector<size_t>{3, 10, 15, 21});
    stops.clear();
    for (int i = 0; i < 4; ++i) {
        edit.move(Motion::previous_word, false);
        stops.push_back(edit.caret());
    }
    CHECK(stops == std::vector<size_t>{16, 12, 4, 0});
    edit.place_caret(7, false);
    edit.move(Motion::previous_word, false);
    CHECK(edit.caret() == 4);
}

TEST_CASE("Ctrl+Backspace deletes a word") {
    PromptEdit edit("one two  ");
    edit.erase(Motion::previous_word);
    CHECK(edit.text() == "one ");
    edit.move(Motion::start, false);
    edit.erase(Motion::next_word);
    CHECK(edit.text() == " ");
    edit.undo();
    edit.undo();
    CHECK(edit.text() == "one two  ");
}

TEST_CASE("words of Chinese and Hebrew are found, movement is logical") {
    PromptEdit hebrew("שלום עולם");
    hebrew.move(Motion::start, false);
    hebrew.move(Motion::next, false);
    CHECK(hebrew.caret() == 2);
    hebrew.move(Motion::next_word, false);
    CHECK(hebrew.caret() == 8);
    hebrew.erase(Motion::previous);
    CHECK(hebrew.text() == "שלו עולם");
    PromptEdit chinese("我喜欢北京");
    chinese.erase(Motion::previous_word);
    CHECK(chinese.text() == "我喜欢");
}

TEST_CASE("shift extends a selection, typing replaces it, left and right collapse it") {
    PromptEdit edit("one two three");
    edit.move(Motion::previous_word, true);
    CHECK(edit.selected_text() == "three");
    edit.insert("3");
    CHECK(edit.text() == "one two 3");
    edit.select_all();
    CHECK(edit.selected_text() == "one two 3");
    edit.move(Motion::previous, false);
    CHECK(edit.caret() == 0);
    edit.select_all();
    edit.move(Motion::next, false);
    CHECK(edit.caret() == 9);
    edit.select_word(5);
    CHECK(edit.selected_text() == "two");
    CHECK(edit.copy() == "two");
    CHECK(edit.cut() == "two");
    CHECK(edit.text() == "one  3");
    edit.undo();
    CHECK(edit.text() == "one two 3");
    CHECK(edit.selected_text() == "two");
}

TEST_CASE("a word that is typed is one undo step, a paste is one") {
    PromptEdit edit = typed("one two");
    edit.paste(" and much more");
    edit.undo();
    CHECK(edit.text() == "one two");
    edit.undo();
    CHECK(edit.text() == "one ");
    edit.undo();
    CHECK(edit.text().empty());
    CHECK_FALSE(edit.can_undo());
    edit.redo();
    edit.redo();
    edit.redo();
    CHECK(edit.text() == "one two and much more");
    CHECK_FALSE(edit.can_redo());
    edit.undo();
    edit.insert("!");
    CHECK_FALSE(edit.can_redo());
    CHECK(edit.text() == "one two!");
}

TEST_CASE("a run of backspaces is one step, a moved caret ends the run") {
    PromptEdit edit("abcdef");
    edit.erase(Motion::previous);
    edit.erase(Motion::previous);
    edit.move(Motion::start, false);
    edit.erase(Motion::next);
    edit.erase(Motion::next);
    CHECK(edit.text() == "cd");
    edit.undo();
    CHECK(edit.text() == "abcd");
    edit.undo();
    CHECK(edit.text() == "abcdef");
    CHECK(edit.caret() == 6);
}

TEST_CASE("the revision rises with each change of the text and with nothing else") {
    PromptEdit edit;
    edit.insert("a");
    edit.paste("b");
    CHECK(edit.revision() == 2);
    edit.move(Motion::start, true);
    edit.select_all();
    (void)edit.copy();
    CHECK(edit.revision() == 2);
    edit.insert("ab");  // replaces "ab" by itself
    CHECK(edit.revision() == 2);
    edit.move(Motion::end, false);
    edit.erase(Motion::next);  // nothing there
    edit.insert("");
    CHECK(edit.revision() == 2);
    edit.undo();
    CHECK(edit.revision() == 3);
    edit.redo();
    CHECK(edit.revision() == 4);
    CHECK_FALSE(edit.can_redo());
    edit.redo();
    CHECK(edit.revision() == 4);
}

TEST_CASE("random edits keep the caret on a boundary and undo leads back to the start") {
    const std::vector<std::string> pieces = {"a", " ",    family, accented, "\xCC\x81", "\xE2\x80\x8D",
                                             "🇩", "שלום", "x y"};
    uint32_t state = 12345;
    auto random = [&state](uint32_t below) {
        return (state = state * 1664525u + 1013904223u) / 65536u % below;
    };
    PromptEdit edit;
    for (int i = 0; i < 3000; ++i) {
        const auto motion = static_cast<Motion>(random(6));
        switch (random(7)) {
            case 0:
            case 1:
                edit.insert(pieces[random(uint32_t(pieces.size()))]);
                break;
            case 2:
                edit.paste(pieces[random(uint32_t(pieces.size()))]);
                break;
            case 3:
                edit.erase(motion);
                break;
            case 4:
                edit.move(motion, random(2) == 1);
                break;
            case 5:
                edit.place_caret(random(uint32_t(edit.text().size() + 3)), random(2) == 1);
                break;
            case 6:
                random(2) ? edit.undo() : edit.redo();
                break;
        }
        const auto boundaries = grapheme_boundaries(edit.text());
        REQUIRE(std::find(boundaries.begin(), boundaries.end(), edit.caret()) != boundaries.end());
        REQUIRE(std::find(boundaries.begin(), boundaries.end(), edit.anchor()) != boundaries.end());
        REQUIRE_FALSE(first_invalid_utf8(edit.text()));
    }
    while (edit.can_undo()) edit.undo();
    CHECK(edit.text().empty());
}

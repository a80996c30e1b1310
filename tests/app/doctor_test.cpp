#include "app/doctor.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/app/temporary_folder.h"

using namespace weft;

namespace {

DoctorReport healthy() {
    DoctorReport report;
    report.version = "0.1.0";
    report.devices = {{"llvmpipe", "0.0.1", "cpu", "1.3.224", {}}};
    report.cuda.missing = "no NVIDIA driver";
    report.cuda.hint = "Install the driver.";
    report.h264_encoders = {"libx264"};
    report.fonts = {{"latin", "DejaVu Sans", "/fonts/DejaVuSans.ttf", ""}};
    report.models_folder = "/models";
    report.models = {{"all-MiniLM-L6-v2", "/models/all-MiniLM-L6-v2", ""}};
    report.has_display = true;
    report.display = "a window opens on ':0'";
    return report;
}

bool says(const DoctorReport& report, const std::string& text) {
    return doctor_text(report).text.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("a machine that has everything is told so, CUDA is optional") {
    CHECK(doctor_text(healthy()).can_work);
    CHECK_FALSE(says(healthy(), "MISSING"));
    CHECK(says(healthy(), "ok       llvmpipe: cpu, driver 0.0.1, Vulkan 1.3.224"));
    CHECK(says(healthy(), "not used: no NVIDIA driver"));
}

TEST_CASE("every reason why a device was rejected is listed, and no device is said to be missing") {
    DoctorReport report = healthy();
    report.devices = {
        {"Old Card", "1", "discrete", "1.1.0", {"Vulkan 1.1 is older than 1.3", "no push descriptors"}}};
    CHECK_FALSE(doctor_text(report).can_work);
    CHECK(says(report, "not used: Vulkan 1.1 is older than 1.3"));
    CHECK(says(report, "not used: no push descriptors"));
    CHECK(says(report, "apt install mesa-vulkan-drivers"));
    report.devices.clear();
    CHECK(says(report, "MISSING  no device that can draw"));
}

TEST_CASE("no model, no encoder, no font and no display are each said with what to do") {
    DoctorReport report = healthy();
    report.models = {{"broken", "/models/broken", "no model.safetensors"}};
    CHECK_FALSE(doctor_text(report).can_work);
    CHECK(says(report, "broken: no model.safetensors"));
    CHECK(says(report, "scripts/run fetches"));
    report = healthy();
    report.h264_encoders.clear();
    report.fonts = {{"thai", "", "", "apt install fonts-thai-tlwg"}};
    report.has_display = false;
    report.display = "no window opens: X11: Failed to open display";
    report.unfinished = {"/tmp/a.mp4.part"};
    CHECK(doctor_text(report).can_work);
    CHECK(says(report, "apt install libavcodec-extra"));
    CHECK(says(report, "apt install fonts-thai-tlwg"));
    CHECK(says(report, "weft record --output FILE.mp4 work"));
    CHECK(says(report, "/tmp/a.mp4.part"));
}

TEST_CASE("installed models are listed by name with what they lack") {
    const TemporaryFolder folder;
    for (const char* name : {"b", "a", "c", "d"}) std::filesystem::create_directory(folder / name);
    std::ofstream(folder / "file") << "x";
    for (const char* file : {"a/config.json", "a/model.safetensors", "a/vocab.txt", "b/config.json",
                             "c/config.json", "c/pytorch_model.bin"}) {
        std::ofstream(folder / file) << "{}";
    }
    const auto models = installed_models(folder.path().string());
    REQUIRE(models.size() == 4);
    CHECK(models[0].name == "a");
    CHECK(models[0].problem.empty());
    CHECK(models[1].problem == "no model.safetensors");
    CHECK(models[2].problem.find("pytorch_model.bin") != std::string::npos);
    CHECK(models[3].problem == "no config.json: not a model folder");
    CHECK(installed_models((folder / "nowhere").string()).empty());
}

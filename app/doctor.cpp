#include "app/doctor.h"

#include <algorithm>
#include <filesystem>

#include "analysis/checkpoint/model_folder.h"

namespace weft {

namespace fs = std::filesystem;

namespace {

enum class Mark { fine, note, missing };

class Page {
  public:
    void title(const std::string& text) { text_ += (text_.empty() ? "" : "\n") + text + "\n"; }
    void line(Mark mark, const std::string& text) {
        const char* marks[] = {"  ok       ", "  -        ", "  MISSING  "};
        text_ += marks[static_cast<int>(mark)] + text + "\n";
    }
    void hint(const std::string& text) {
        if (!text.empty()) text_ += "           -> " + text + "\n";
    }
    const std::string& text() const { return text_; }

  private:
    std::string text_;
};

bool write_devices(Page& page, const DoctorReport& report) {
    page.title("Vulkan devices (pictures)");
    bool any_usable = false;
    for (const DeviceReport& device : report.devices) {
        const bool usable = device.rejected_because.empty();
        any_usable |= usable;
        page.line(usable ? Mark::fine : Mark::note, device.name + ": " + device.type + ", driver " +
                                                        device.driver + ", Vulkan " + device.api_version);
        for (const std::string& reason : device.rejected_because) page.hint("not used: " + reason);
    }
    if (any_usable) return true;
    page.line(Mark::missing, "no device that can draw");
    page.hint("Debian: apt install mesa-vulkan-drivers (software), or your graphics card's driver.");
    return false;
}

void write_cuda(Page& page, const CudaReport& cuda) {
    page.title("CUDA (analysis on a graphics card; optional)");
    for (const CudaDevice& device : cuda.devices) {
        page.line(cuda.usable ? Mark::fine : Mark::note,
                  device.name + ", " + std::to_string(device.memory_bytes >> 20) + " MiB");
    }
    if (cuda.usable) return;
    page.line(Mark::note, "not used: " + cuda.missing);
    page.hint(cuda.hint);
}

bool write_models(Page& page, const DoctorReport& report) {
    page.title("Models in " + report.models_folder);
    bool any_usable = false;
    for (const InstalledModel& model : report.models) {
        any_usable |= model.problem.empty();
        page.line(model.problem.empty() ? Mark::fine : Mark::note,
                  model.name + (model.problem.empty() ? "" : ": " + model.problem));
    }
    if (any_usable) return true;
    page.line(Mark::missing, "no model");
    page.hint("scripts/run fetches all-MiniLM-L6-v2; or name a folder with --model.");
    return false;
}

void write_encoders(Page& page, const DoctorReport& report) {
    page.title("H.264 encoders (recording)");
    for (const std::string& name : report.h264_encoders) page.line(Mark::fine, name);
    if (!report.h264_encoders.empty()) return;
    page.line(Mark::missing, "no H.264 encoder: pictures work, videos don't");
    page.hint("Debian: apt install libavcodec-extra.");
}

void write_fonts(Page& page, const DoctorReport& report) {
    page.title("Fonts");
    for (const FontReport& font : report.fonts) {
        const bool found = !font.family.empty();
        page.line(found ? Mark::fine : Mark::note,
                  font.text + ": " + (found ? font.family : "none, drawn as boxes"));
        page.hint(font.hint);
    }
}

void write_display(Page& page, const DoctorReport& report) {
    page.title("Display");
    page.line(report.has_display ? Mark::fine : Mark::note, report.display);
    if (!report.has_display) {
        page.hint("Without a window: weft view --output FILE.png and weft record --output FILE.mp4 work.");
    }
}

void write_unfinished(Page& page, const DoctorReport& report) {
    if (report.unfinished.empty()) return;
    page.title("Unfinished recordings");
    for (const std::string& part : report.unfinished) page.line(Mark::note, part);
    page.hint("weft record --finish makes videos of them.");
}

std::string what_lacks(const fs::path& folder) {
    const auto has = [&folder](const char* name) { return fs::is_regular_file(folder / name); };
    if (!has("config.json")) return "no config.json: not a model folder";
    if (!has("model.safetensors") && !has("model.safetensors.index.json")) {
        return has("pytorch_model.bin")
                   ? "only pytorch_model.bin, which is not read: it can run code; convert it to "
                     "safetensors"
                   : "no model.safetensors";
    }
    const std::vector<std::string> missing = missing_files(folder.string(), ModelFiles::all);
    return missing.empty() ? "" : "no " + missing.front();
}

}  // namespace

DoctorText doctor_text(const DoctorReport& report) {
    Page page;
    page.title("weft " + report.version);
    const bool can_draw = write_devices(page, report);
    const bool can_analyze = write_models(page, report);
    write_cuda(page, report.cuda);
    write_encoders(page, report);
    write_fonts(page, report);
    write_display(page, report);
    write_unfinished(page, report);
    return {page.text(), can_draw && can_analyze};
}

std::vector<InstalledModel> installed_models(const std::string& models_folder) {
    std::vector<InstalledModel> models;
    std::error_code failed;
    for (fs::directory_iterator entry(models_folder, failed), end; !failed && entry != end;
         entry.increment(failed)) {
        std::error_code ignored;
        if (!entry->is_directory(ignored)) continue;
        const fs::path folder = entry->path();
        models.push_back({folder.filename().string(), folder.string(), what_lacks(folder)});
    }
    std::ranges::sort(models, {}, &InstalledModel::name);
    return models;
}

}  // namespace weft

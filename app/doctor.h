// What this machine gives to Weft and what to do about what is missing. The report is plain data, gathered by
// gather_doctor_report() (doctor_command) and written out here, so that every text can be tested without the
// machine.
#pragma once

#include <string>
#include <vector>

#include "analysis/cuda_report.h"
#include "renderer/renderer.h"
#include "renderer/text/font_report.h"

namespace weft {

struct InstalledModel {
    std::string name, folder;
    std::string problem;  // empty: config, weights and tokenizer are there
};

struct DoctorReport {
    std::string version;
    std::vector<DeviceReport> devices;  // Vulkan
    CudaReport cuda;
    std::vector<std::string> h264_encoders;  // best first
    std::vector<FontReport> fonts;
    std::string models_folder;
    std::vector<InstalledModel> models;
    bool has_display = false;
    std::string display;                  // its name, or why there is none
    std::vector<std::string> unfinished;  // recordings that a crash left
};

struct DoctorText {
    std::string text;
    bool can_work = true;  // false: pictures or the analysis can't work here
};

DoctorText doctor_text(const DoctorReport& report);

// Folders in `models_folder`, by name, with what one of them lacks.
std::vector<InstalledModel> installed_models(const std::string& models_folder);

}  // namespace weft

#include "app/doctor_command.h"

#include <GLFW/glfw3.h>

#include <cstdio>
#include <cstdlib>

#include "analysis/checkpoint/model_folder.h"
#include "analysis/version.h"
#include "app/recording_files.h"
#include "app/video_encoder.h"

namespace weft {

namespace {

void ask_for_display(DoctorReport& report) {
    const char* name = std::getenv("DISPLAY");
    report.has_display = glfwInit() == GLFW_TRUE;
    if (report.has_display) {
        report.display = std::string("a window opens on '") + (name ? name : "") + "'";
        glfwTerminate();
        return;
    }
    const char* reason = nullptr;
    glfwGetError(&reason);
    report.display = std::string("no window opens: ") + (reason ? reason : "unknown reason");
}

}  // namespace

DoctorReport gather_doctor_report() {
    DoctorReport report;
    report.version = version();
    report.devices = Renderer::devices();
    report.cuda = cuda_report();
    report.h264_encoders = h264_encoders();
    report.fonts = font_report();
    report.models_folder = models_folder();
    report.models = installed_models(report.models_folder);
    ask_for_display(report);
    for (const UnfinishedRecording& left : find_unfinished()) report.unfinished.push_back(left.part.string());
    return report;
}

int run_doctor() {
    const DoctorText answer = doctor_text(gather_doctor_report());
    std::fputs(answer.text.c_str(), stdout);
    return answer.can_work ? 0 : 1;
}

}  // namespace weft

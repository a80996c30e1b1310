#include "app/imgui_layer.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <backends/imgui_impl_glfw.h>
#include <backends/imgui_impl_vulkan.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>

#include "analysis/error.h"
#include "app/font_file.h"

namespace weft {

namespace {

// At scale 1. ImGui's size is a line's height: 1.36 em of this typeface, so this is 13 px as labels count.
constexpr float font_px = 17.7f;
// Fonts are rasterised again when the scale has stood still for so long, not for every step of a resize.
constexpr int frames_until_new_fonts = 10;

void check(VkResult result) {
    WEFT_ASSERT(result >= 0, "user interface, VkResult " + std::to_string(result));
}

ImVec4 ui_color(glm::vec4 c, float alpha = 1.0f) {
    return {c.r, c.g, c.b, c.a * alpha};
}

void upload_fonts(const UiHandles& handles) {
    const auto device = static_cast<VkDevice>(handles.device);
    const auto queue = static_cast<VkQueue>(handles.queue);
    VkCommandPoolCreateInfo pool_info{};
    pool_info.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO;
    pool_info.queueFamilyIndex = handles.queue_family;
    VkCommandPool pool = VK_NULL_HANDLE;
    check(vkCreateCommandPool(device, &pool_info, nullptr, &pool));
    VkCommandBufferAllocateInfo allocate{};
    allocate.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO;
    allocate.commandPool = pool;
    allocate.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY;
    allocate.commandBufferCount = 1;
    VkCommandBuffer commands = VK_NULL_HANDLE;
    check(vkAllocateCommandBuffers(device, &allocate, &commands));
    VkCommandBufferBeginInfo begin{};
    begin.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO;
    begin.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
    check(vkBeginCommandBuffer(commands, &begin));
    ImGui_ImplVulkan_CreateFontsTexture(commands);
    check(vkEndCommandBuffer(commands));
    VkSubmitInfo submit{};
    submit.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO;
    submit.commandBufferCount = 1;
    submit.pCommandBuffers = &commands;
    check(vkQueueSubmit(queue, 1, &submit, VK_NULL_HANDLE));
    check(vkQueueWaitIdle(queue));
    vkDestroyCommandPool(device, pool, nullptr);
    ImGui_ImplVulkan_DestroyFontUploadObjects();
}

}  // namespace

ImguiLayer::ImguiLayer(Window& window, Renderer& renderer, float ui_scale)
    : window_(window), renderer_(renderer), measure_(renderer.text_measure()) {
    ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.LogFilename = nullptr;
    io.ConfigFlags |= ImGuiConfigFlags_NoMouseCursorChange;
    // Keys come by take_event().
    const GLFWkeyfun on_key = glfwSetKeyCallback(window_.handle(), nullptr);
    const GLFWcharfun on_char = glfwSetCharCallback(window_.handle(), nullptr);
    ImGui_ImplGlfw_InitForVulkan(window_.handle(), true);
    glfwSetKeyCallback(window_.handle(), on_key);
    glfwSetCharCallback(window_.handle(), on_char);
    start_backend(ui_scale);
}

ImguiLayer::~ImguiLayer() {
    stop_backend();
    ImGui_ImplGlfw_Shutdown();
    ImGui::DestroyContext();
}

void ImguiLayer::start_backend(float ui_scale) {
    const UiHandles handles = renderer_.ui_handles();
    ImGui_ImplVulkan_InitInfo info{};
    info.Instance = static_cast<VkInstance>(handles.instance);
    info.PhysicalDevice = static_cast<VkPhysicalDevice>(handles.physical_device);
    info.Device = static_cast<VkDevice>(handles.device);
    info.QueueFamily = handles.queue_family;
    info.Queue = static_cast<VkQueue>(handles.queue);
    info.PipelineCache = static_cast<VkPipelineCache>(handles.pipeline_cache);
    info.DescriptorPool = static_cast<VkDescriptorPool>(handles.descriptor_pool);
    info.MinImageCount = std::max(2u, handles.image_count);
    info.ImageCount = info.MinImageCount;
    info.MSAASamples = VK_SAMPLE_COUNT_1_BIT;
    info.CheckVkResultFn = check;
    ImGui_ImplVulkan_Init(&info, static_cast<VkRenderPass>(handles.render_pass));

    ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
    atlas.Clear();
    static const ImWchar ranges[] = {0x20,   0x24F,  0x370,  0x3FF,  0x2010, 0x2044, 0x2190, 0x2193,
                                     0x221A, 0x221A, 0x2260, 0x2265, 0x25A0, 0x25CF, 0};
    const float size_px = std::round(font_px * ui_scale);
    const auto add = [&](bool bold) -> ImFont* {
        const std::string path = find_ui_font(bold);
        ImFont* font =
            path.empty() ? nullptr : atlas.AddFontFromFileTTF(path.c_str(), size_px, nullptr, ranges);
        return font ? font : atlas.AddFontDefault();
    };
    add(false);
    bold_ = add(true);
    upload_fonts(handles);
    font_scale_ = ui_scale;
}

void ImguiLayer::stop_backend() {
    check(vkQueueWaitIdle(static_cast<VkQueue>(renderer_.ui_handles().queue)));
    ImGui_ImplVulkan_Shutdown();
}

void ImguiLayer::apply_style(float ui_scale, const UiColors& colors) {
    ImGuiStyle style;
    style.WindowPadding = {18, 16};
    style.FramePadding = {8, 4};
    style.ItemSpacing = {8, 7};
    style.ItemInnerSpacing = {8, 4};
    style.ScrollbarSize = 10;
    style.GrabMinSize = 8;
    style.WindowRounding = 8;
    style.FrameRounding = 4;
    style.GrabRounding = 4;
    style.PopupRounding = 6;
    style.ScrollbarRounding = 5;
    style.WindowBorderSize = 1;
    style.ScaleAllSizes(ui_scale);
    const auto set = [&](ImGuiCol which, glm::vec4 color, float alpha = 1.0f) {
        style.Colors[which] = ui_color(color, alpha);
    };
    for (ImVec4& color : style.Colors) color = ui_color(colors.rule);
    set(ImGuiCol_Text, colors.text);
    set(ImGuiCol_TextDisabled, colors.dim_text);
    set(ImGuiCol_TextSelectedBg, colors.accent, 0.4f);
    set(ImGuiCol_WindowBg, colors.panel, 0.97f);
    set(ImGuiCol_ChildBg, colors.panel, 0.0f);
    set(ImGuiCol_PopupBg, colors.panel);
    set(ImGuiCol_Border, colors.rule);
    set(ImGuiCol_BorderShadow, colors.rule, 0.0f);
    set(ImGuiCol_TitleBg, colors.panel);
    set(ImGuiCol_TitleBgActive, colors.panel);
    set(ImGuiCol_FrameBg, colors.rule, 0.5f);
    set(ImGuiCol_FrameBgHovered, colors.rule, 0.8f);
    set(ImGuiCol_CheckMark, colors.accent);
    set(ImGuiCol_SliderGrab, colors.accent, 0.8f);
    set(ImGuiCol_SliderGrabActive, colors.accent);
    set(ImGuiCol_Button, colors.rule, 0.6f);
    set(ImGuiCol_ScrollbarBg, colors.panel, 0.0f);
    set(ImGuiCol_Header, colors.rule, 0.7f);
    set(ImGuiCol_PlotLines, colors.accent);
    set(ImGuiCol_PlotHistogram, colors.accent);
    set(ImGuiCol_NavHighlight, colors.accent);
    ImGui::GetStyle() = style;
    colors_ = colors;
    scale_ = ui_scale;
}

void ImguiLayer::pass_on_keys() {
    for (const UiEvents::Event& event : events_.take_frame()) {
        if (const auto* key = std::get_if<KeyEvent>(&event))
            ImGui_ImplGlfw_KeyCallback(window_.handle(), key->key, 0,
                                       key->pressed ? GLFW_PRESS : GLFW_RELEASE, key->mods);
        if (const auto* typed = std::get_if<CharEvent>(&event))
            ImGui_ImplGlfw_CharCallback(window_.handle(), typed->code_point);
    }
}

void ImguiLayer::begin_frame(float ui_scale, const UiColors& colors) {
    frames_at_scale_ = ui_scale == scale_ ? frames_at_scale_ + 1 : 0;
    if (ui_scale != scale_ || colors != colors_) apply_style(ui_scale, colors);
    if (scale_ != font_scale_ && frames_at_scale_ >= frames_until_new_fonts) {
        stop_backend();
        start_backend(scale_);
    }
    ImGui::GetIO().FontGlobalScale = scale_ / font_scale_;
    shaped_.clear();
    pass_on_keys();
    ImGui_ImplVulkan_NewFrame();
    ImGui_ImplGlfw_NewFrame();
    ImGui::NewFrame();
}

void ImguiLayer::end_frame() {
    ImGui::Render();
}

void ImguiLayer::record(void* command_buffer) {
    command_buffer_ = command_buffer;
    ImGui_ImplVulkan_RenderDrawData(ImGui::GetDrawData(), static_cast<VkCommandBuffer>(command_buffer));
    command_buffer_ = nullptr;
}

void ImguiLayer::shaped_text(ImDrawList* list, std::vector<Label> labels) {
    if (labels.empty()) return;
    shaped_.push_back({this, std::move(labels)});
    list->AddCallback(&ImguiLayer::draw_shaped, &shaped_.back());
    // Our labels leave their own pipeline bound.
    list->AddCallback(ImDrawCallback_ResetRenderState, nullptr);
}

void ImguiLayer::draw_shaped(const ImDrawList*, const ImDrawCmd* command) {
    const auto& shaped = *static_cast<const ShapedLabels*>(command->UserCallbackData);
    const ImVec4 clip = command->ClipRect;
    const glm::ivec2 size = shaped.layer->renderer_.size();
    const glm::ivec2 low = glm::clamp(glm::ivec2(glm::floor(glm::vec2(clip.x, clip.y))), glm::ivec2(0), size);
    const glm::ivec2 high = glm::clamp(glm::ivec2(glm::ceil(glm::vec2(clip.z, clip.w))), low, size);
    if (low.x == high.x || low.y == high.y) return;
    shaped.layer->renderer_.record_labels(shaped.layer->command_buffer_, shaped.labels,
                                          glm::ivec4(low, high - low));
}

bool ImguiLayer::wants_pointer() const {
    return ImGui::GetIO().WantCaptureMouse;
}
bool ImguiLayer::wants_keys() const {
    return ImGui::GetIO().WantTextInput;
}

}  // namespace weft

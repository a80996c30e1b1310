#include "app/merge_command.h"

#include "analysis/json_guard.h"
#include "app/analyze_command.h"
#include "app/text_statistics.h"

namespace weft {

int run_merge(const Options& options) {
    check_analysis_path(options.output);
    std::vector<TextStatistics> parts;
    for (const std::string& path : options.parts)
        parts.push_back(TextStatistics::parse_part(read_text_file(path), path));
    TextStatistics::merge(parts, options.parts).write(options.output);
    return 0;
}

}  // namespace weft

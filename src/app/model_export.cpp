#include "app/model_export.hpp"

#include <fmt/format.h>

#include "app/output_files.hpp"
#include "base/error.hpp"
#include "base/words.hpp"
#include "snapshot/ready_models.hpp"
#include "snapshot/snapshot_file.hpp"

namespace carousel {

std::filesystem::path export_model_file(const std::filesystem::path& file,
                                        const std::optional<std::filesystem::path>& output,
                                        Precision precision) {
    if (precision == Precision::bf16)
        throw UsageError(
            "Model files hold float32 or int8; bf16 is for computing: generate, evaluate and train "
            "have it.");
    auto written = output.value_or(made_of(file));
    if (!output) written.replace_extension(fmt::format(".{}.carousel", format_value(precision)));
    require_new_file(written, {file});
    auto snapshot = load_snapshot(file);
    snapshot.state.reset();
    snapshot.precision = precision;
    save_snapshot(written, snapshot);
    return written;
}

}  // namespace carousel

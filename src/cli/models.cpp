#include "cli/models.hpp"

#include "app/model_list.hpp"
#include "cli/output.hpp"
#include "cli/screen.hpp"

namespace carousel {

int list_models(const ModelsOptions& options, const GlobalOptions& global) {
    Screen screen(global);
    const auto models = list_models();
    if (models.empty()) {
        screen.line(
            "There is no model under models/ in this folder. `carousel train` makes one, of the "
            "text that comes with the program or of a FILE of yours.");
        if (!options.json) return 0;
    }
    try {
        Output().write(options.json ? models_json(models) : models_table(models));
    } catch (const OutputClosed&) {
        // Whoever read has read enough.
    }
    return 0;
}

}  // namespace carousel

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/training_request.hpp"
#include "app/training_text.hpp"
#include "app/training_verdict.hpp"
#include "model/link.hpp"
#include "model/machine.hpp"
#include "planning/plan.hpp"
#include "snapshot/snapshot.hpp"

namespace carousel {

/// A training before it begins: its settings, and for a new one what they are expected to bring.
struct TrainingPlan {
    Plan plan;
    bool by_time = false;       ///< chosen for the time and the speed of the machine
    bool expects_loss = false;  ///< false for trained weights and for too little text
    double ngram_loss = 0;      ///< `text_difficulty`, where a loss is expected
    double signs = 0;           ///< `share_of_signs`, of a new training
    std::optional<Prospect> prospect;
    int threads = 1;
    std::vector<std::string> notes;  ///< sentences for people
};

/// When the speed of the machine is measured: where the length is a time, which settings then
/// depend on, or always, to tell how long a training of so many steps or epochs takes.
enum class MeasureSpeed : std::uint8_t { for_time, always };

/// Processes that train one model together, each on a machine as this one, and models that read
/// what it learns.
struct TrainingTeam {
    int processes = 1;
    std::function<Link()> link{};  ///< between them; asked for where there are several
    std::vector<LanguageModelConfig> teachers{};
};

/// Chooses all settings. Those of a resumed run are the stored ones. For a new training with a
/// length in time, the one given or the usual one, they are the best for what is left of the time
/// by `clock` (seconds since the training was asked for) on this machine, which is measured for
/// about a second. Else they depend on text and options alone. `stored` is the snapshot to start
/// from, or null.
TrainingPlan plan_training(const TrainingRequest& options, const Snapshot* stored,
                           const TrainingText& text, const Machine& machine,
                           const std::function<double()>& clock,
                           MeasureSpeed measure = MeasureSpeed::for_time,
                           const TrainingTeam& team = {});

}  // namespace carousel

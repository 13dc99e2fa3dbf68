// What a training gains from many machines by the model of docs/cluster.md (`SharedForecast`),
// which measures nothing: how many times one machine they are, as a table.
//
// usage: foretell LAYERS UNITS STREAMS WINDOW UPDATE MUON GIGABITS:MILLISECONDS... MACHINES...
//   LAYERS UNITS    of an LSTM of 65 symbols
//   STREAMS WINDOW  of each machine
//   UPDATE MUON     seconds of an update on one machine, and of Muon in it
//   GIGABITS:MILLISECONDS   a link a second and how long a message takes
//   MACHINES        the columns of the table

#include <fmt/format.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "planning/shared_forecast.hpp"

using namespace carousel;

namespace {

/// A machine whose updates take as long as somebody says.
class ToldForecast final : public Forecast {
public:
    ToldForecast(double streams, double update, double muon)
        : streams_(streams), update_(update), muon_(muon) {}

    double seconds_of_update(const LanguageModelConfig&, const BatchShape& shape,
                             OptimizerKind optimizer) const override {
        const auto part = static_cast<double>(shape.batch_size) / streams_;
        return update_ * part + (optimizer == OptimizerKind::muon ? muon_ : 0);
    }
    double training_bytes(const LanguageModelConfig&, const BatchShape&) const override {
        return 0;
    }

private:
    double streams_, update_, muon_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 8) return 2;
    const auto number = [&](int i) { return std::atof(argv[i]); };
    const LanguageModelConfig net{.vocabulary_size = 65,
                                  .layers = std::atoi(argv[1]),
                                  .hidden_size = std::atoi(argv[2]),
                                  .embedding_size = std::atoi(argv[2])};
    const BatchShape own{.batch_size = std::atoi(argv[3]), .window = std::atoi(argv[4])};
    const ToldForecast one(static_cast<double>(own.batch_size), number(5), number(6));
    std::vector<int> machines;
    std::vector<Link> links;
    for (int i = 7; i < argc; ++i) {
        const std::string word = argv[i];
        const auto colon = word.find(':');
        if (colon == std::string::npos) {
            machines.push_back(std::atoi(argv[i]));
        } else {
            links.push_back({.bytes_per_second = number(i) * 1e9 / 8,
                             .latency = std::atof(word.substr(colon + 1).c_str()) / 1e3});
        }
    }
    const auto shared = [&](int n, const Link& link, OptimizerKind optimizer) {
        const BatchShape all{.batch_size = own.batch_size * n, .window = own.window};
        return SharedForecast(one, n, link).seconds_of_update(net, all, optimizer);
    };
    const auto gain = [&](int n, const Link& link, OptimizerKind optimizer) {
        return n * one.seconds_of_update(net, own, optimizer) / shared(n, link, optimizer);
    };
    using enum OptimizerKind;
    fmt::print("times one machine, and milliseconds of an update; adam / muon\n| link | latency |");
    for (const int n : machines) fmt::print(" {} |", n);
    for (const auto& link : links) {
        fmt::print("\n| {:g} Gbit/s | {:g} ms |", link.bytes_per_second * 8 / 1e9,
                   link.latency * 1e3);
        for (const int n : machines) {
            fmt::print(" {:.3g} / {:.3g} × ({:.0f} / {:.0f}) |", gain(n, link, adam),
                       gain(n, link, muon), shared(n, link, adam) * 1e3,
                       shared(n, link, muon) * 1e3);
        }
    }
    fmt::print("\n");
}

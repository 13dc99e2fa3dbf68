// What the exchange of gradients costs processes that mpirun has started: updates whose arithmetic
// is a sleep, a third of it forward and the rest layer by layer on the way back, each of which
// sends its part of the gradient as a training does. So a machine with few cores can be many hosts.
//
// usage: mpirun ... exchange LAYERS UNITS MILLISECONDS ORDER [UPDATES]
//   LAYERS UNITS  of an LSTM of 65 symbols, whose parameters are exchanged
//   MILLISECONDS  that an update's arithmetic takes
//   ORDER         adam: gradients go to all; muon: those of matrices to who computes them, and
//                 directions from there

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <string_view>
#include <thread>
#include <vector>

#include "base/stopwatch.hpp"
#include "cpu/gradient_exchange.hpp"
#include "cpu/gradient_norm.hpp"
#include "cpu/language_model.hpp"
#include "cpu/matrix_shares.hpp"
#include "cpu/muon.hpp"
#include "mpi/process_group.hpp"

using namespace carousel;

namespace {

void sleep_for(double milliseconds) {
    std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(milliseconds));
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

void run(Communicator& group, std::int64_t layers, std::int64_t units, double milliseconds,
         bool with_muon, int updates) {
    const LanguageModelConfig net{
        .vocabulary_size = 65, .layers = layers, .hidden_size = units, .embedding_size = units};
    const ParameterList parameters(net);
    Buffer gradient(parameters.stored());
    Buffer directions(with_muon ? parameters.stored() : 0);
    const std::span<float> sum(gradient.data(), static_cast<std::size_t>(gradient.size()));
    MatrixShares shares(&group);
    if (with_muon) {
        for (const auto& p : parameters.all())
            if (Muon::moves(p)) shares.add(p.offset, p.stored, p.stored);
    }
    GradientExchange exchange(group, group.processes(), std::span(&sum, 1),
                              shares.kept_gradients());
    std::vector<double> squares(static_cast<std::size_t>(norm_pieces(parameters.stored())));
    const double loss = 1;
    std::vector<double> times;
    for (int update = 0; update <= updates; ++update) {
        const Stopwatch watch;
        int told = update;
        broadcast_value(group, told);
        sleep_for(milliseconds / 3);
        auto end = parameters.stored();
        for (auto layer = layers - 1; layer >= 0; --layer) {
            sleep_for(milliseconds * 2 / 3 / static_cast<double>(layers));
            const auto begin = layer == 0 ? 0 : parameters.first_of_layer(layer);
            exchange.send({begin, end});
            end = begin;
        }
        exchange.finish();
        exchange.sum_of({&loss, 1});
        exchange.complete(squares);
        if (with_muon) shares.exchange_directions(directions.data());
        if (update > 0) times.push_back(watch.seconds());
    }
    if (group.process() > 0) return;
    const double seconds = median(times);
    fmt::print(
        "{} processes, {} x {}, {}, {:.1f} MB of gradients: {:.1f} ms of arithmetic, {:.1f} "
        "ms an update in the median of {}, efficiency {:.3f}\n",
        group.processes(), layers, units, with_muon ? "muon" : "adam",
        static_cast<double>(parameters.stored()) * 4e-6, milliseconds, seconds * 1e3, updates,
        milliseconds * 1e-3 / seconds);
}

}  // namespace

int main(int count, char** words) {
    try {
        const auto group = join_processes("exchange");
        if (group == nullptr || count < 5) {
            fmt::print(stderr,
                       "usage: mpirun ... exchange LAYERS UNITS MILLISECONDS adam|muon "
                       "[UPDATES]\n");
            return 2;
        }
        run(*group, std::atoi(words[1]), std::atoi(words[2]), std::atof(words[3]),
            std::string_view(words[4]) == "muon", count > 5 ? std::atoi(words[5]) : 20);
    } catch (const std::exception& error) {
        fmt::print(stderr, "exchange: {}\n", error.what());
        return 1;
    }
}

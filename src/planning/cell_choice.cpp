#include "planning/cell_choice.hpp"

namespace carousel {

namespace {

constexpr double k_signs_of_programs = 0.03;  // of all characters
constexpr double k_fewest_updates_of_mlstm = 1000;

}  // namespace

CellKind cell_for_text(double signs) {
    return signs >= k_signs_of_programs ? CellKind::mlstm : CellKind::cifg;
}

double fewest_updates_of_cell(CellKind cell) {
    return cell == CellKind::mlstm ? k_fewest_updates_of_mlstm : 0;
}

double step_of_cell(CellKind cell) {
    switch (cell) {
        case CellKind::rnn:
            return 0.5;
        case CellKind::attention_lstm:
            return 0.75;
        default:
            return 1;
    }
}

}  // namespace carousel

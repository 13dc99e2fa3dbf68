#include <doctest/doctest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "support/places.hpp"
#include "support/temporary_folder.hpp"

TEST_SUITE("mpi") {
    TEST_CASE("a program without MPI that is started as several says which package brings it") {
        const carousel::TemporaryFolder folder;
        const auto error = (folder / "err").string();
        const int status =
            std::system(("OMPI_COMM_WORLD_SIZE=2 '" + carousel::carousel_program().string() +
                         "' train --steps 1 2>'" + error + "'")
                            .c_str());
        CHECK(WEXITSTATUS(status) == 2);
        std::ifstream file(error);
        const std::string text(std::istreambuf_iterator<char>(file), {});
        CHECK(text.find("libopenmpi-dev") != std::string::npos);
    }
}

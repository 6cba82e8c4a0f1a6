#include "server/stores/files/credential_file.h"

#include <utility>

#include "gtest/gtest.h"

namespace sallyport::server {
namespace {

TEST(CredentialFile, KnowsWhatIsOpenToOthers) {
  struct stat file = {};
  for (const auto& [mode, open] : {std::pair<mode_t, bool>(0600, false),
                                   {0640, false},
                                   {0751, false},
                                   {0644, true},
                                   {0602, true}}) {
    file.st_mode = S_IFREG | mode;
    EXPECT_EQ(IsOpenToOthers(file), open) << mode;
  }
}

}  // namespace
}  // namespace sallyport::server

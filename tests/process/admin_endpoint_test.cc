#include "process/admin_endpoint.h"

#include <gtest/gtest.h>
#include <stdlib.h>

namespace sallyport::process {
namespace {

TEST(AdminEndpoint, IsInTheRuntimeDirectoryOfTheUnitOrOfTheUser) {
  unsetenv("RUNTIME_DIRECTORY");
  unsetenv("XDG_RUNTIME_DIR");
  EXPECT_EQ(DefaultAdminSocket(), "/run/sallyport/admin.sock");
  setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
  EXPECT_EQ(DefaultAdminSocket(), "/run/user/7/sallyport/admin.sock");
  setenv("RUNTIME_DIRECTORY", "/run/fleet", 1);
  EXPECT_EQ(DefaultAdminSocket(), "/run/fleet/admin.sock");
  setenv("RUNTIME_DIRECTORY", "/run/fleet:/run/other", 1);
  EXPECT_EQ(DefaultAdminSocket(), "/run/fleet/admin.sock");
  setenv("RUNTIME_DIRECTORY", "", 1);
  setenv("XDG_RUNTIME_DIR", "", 1);
  EXPECT_EQ(DefaultAdminSocket(), "/run/sallyport/admin.sock");
}

}  // namespace
}  // namespace sallyport::process

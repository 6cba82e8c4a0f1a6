// sallyportctl import, without a service.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/ctl/run_sallyportctl.h"

namespace sallyport::ctl {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr char kGood[] = "alice:$2y$05$gdmVE3iBl6PzwmyWgGXxtuRnrjfBhtRJQAwYDrWLNDpFGbgEaFIcC\n";
constexpr char kBad[] = "bob:abJnggxhB/yWI\n";

// Short enough for a socket's path, as the folders of tests are not.
constexpr char kNoSocket[] = "/nonexistent/admin.sock";

class ImportFile : public testing::Test {
 protected:
  ImportFile() : folder_(testing::TempDir() + "importXXXXXX") {
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
  }

  std::string Write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ + "/" + name) << content;
    return folder_ + "/" + name;
  }

  static Finished DryRun(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "import");
    arguments.push_back("--dry-run");
    return RunSallyportctl(arguments);
  }

  std::string folder_;
};

TEST_F(ImportFile, DryRunNeedsNoService) {
  const std::string file = Write("users", kGood);
  const Finished finished = DryRun({"htpasswd", file, "--socket", kNoSocket});
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_EQ(finished.out, "1 user would be imported; 0 problems in the file\n");
}

TEST_F(ImportFile, ListsEachProblemWithItsPlaceAndGoesOn) {
  const std::string file = Write("users", std::string(kBad) + kGood);
  const Finished finished = DryRun({"htpasswd", file});
  EXPECT_EQ(finished.exit_code, 3);
  EXPECT_THAT(finished.out, HasSubstr("1 user would be imported; "));
  EXPECT_THAT(finished.err, HasSubstr(file + ":1: "));
  EXPECT_EQ((finished.out + finished.err).find("abJnggxhB"), std::string::npos);
}

TEST_F(ImportFile, ReadsWhatEachKindOfFileHas) {
  const std::string ldif = Write("users.ldif",
                                 "dn: cn=a,dc=x\ncn: alice\nmail: a@x\nuserPassword: secret\n\n"
                                 "dn: cn=b,dc=x\ncn: bob\nuserPassword: secret\n");
  EXPECT_THAT(DryRun({"ldif", ldif, "--name-attribute", "cn", "--attribute", "mail=email"}).out,
              HasSubstr("2 users would be imported"));
  EXPECT_THAT(DryRun({"ldif", ldif}).out, HasSubstr("0 users would be imported"));
  const std::string definitions = Write(
      "definitions.json",
      R"({"users":[{"name":"alice","password_hash":"kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR",)"
      R"("hashing_algorithm":"rabbit_password_hashing_sha256","tags":["administrator"]}]})");
  EXPECT_THAT(DryRun({"rabbitmq", definitions}).out, HasSubstr("1 user would be imported"));
}

TEST_F(ImportFile, AFileThatCannotBeReadIsAWrongFile) {
  const Finished finished = DryRun({"htpasswd", folder_ + "/missing"});
  EXPECT_EQ(finished.exit_code, 3);
  EXPECT_THAT(finished.err, HasSubstr("missing"));
}

TEST_F(ImportFile, PrintsJsonForScripts) {
  const Finished finished =
      DryRun({"htpasswd", Write("users", std::string(kGood) + kBad), "--output", "json"});
  json told = json::parse(finished.out, nullptr, false);
  EXPECT_EQ(told["users"], 1);
  EXPECT_EQ(told["dry_run"], true);
  EXPECT_THAT(told["problems"][0]["place"].get<std::string>(), HasSubstr("users:2"));
}

}  // namespace
}  // namespace sallyport::ctl

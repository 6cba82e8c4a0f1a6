#include "ctl/import/rabbitmq_definitions.h"

#include "gmock/gmock.h"
#include "tests/ctl/import/told.h"

namespace sallyport::ctl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Import Users(const std::string& users) {
  return ImportRabbitMqDefinitions("{\"users\":[" + users + "]}", "d");
}

std::string User(const std::string& name, const std::string& more = "") {
  return "{\"name\":\"" + name + R"(","hashing_algorithm":"rabbit_password_hashing_md5",)" +
         R"("password_hash":"5FuwsqbsuOBPywQmKcJGZ5wCHn0=")" + more + "}";
}

// definitions.json was written by `rabbitmqctl export_definitions` of RabbitMQ 3.10.8.
TEST(RabbitMqDefinitions, TakesWhatRabbitMqExports) {
  const Import import =
      ImportRabbitMqDefinitions(ReadAll("tests/ctl/import/definitions.json"), "definitions.json");
  EXPECT_THAT(Names(import), ElementsAre("b\xc3\xbc"
                                         "cherei",
                                         "alice", "dave", "carol"));
  EXPECT_TRUE(Takes(import.users[0], "p\xc3\xa4ssword"));
  EXPECT_THAT(import.users[0].groups, IsEmpty());
  EXPECT_TRUE(Takes(import.users[1], "open sesame"));
  EXPECT_FALSE(Takes(import.users[1], "open sesam"));
  EXPECT_THAT(import.users[1].groups, ElementsAre("rabbitmq:administrator", "rabbitmq:monitoring"));
  EXPECT_EQ(import.users[1].place, "definitions.json: users[2]");
  EXPECT_TRUE(Takes(import.users[2], "legacy"));
  EXPECT_THAT(Texts(import.users[2]), ElementsAre("{RABBITMQ-MD5}aoV6IeX4L269yleKVEgqjBRrH08="));
  EXPECT_TRUE(Takes(import.users[3], "correct horse"));
  EXPECT_THAT(Problems(import),
              ElementsAre(HasSubstr("definitions.json: users[1]: the user has no password"),
                          HasSubstr("definitions.json: users[4]: the user has no password")));
}

TEST(RabbitMqDefinitions, ReadsTagsOfOlderVersions) {
  const Import import =
      Users(User("a", R"(,"tags":"administrator, x")") + "," + User("b", R"(,"tags":"")"));
  EXPECT_THAT(import.users[0].groups, ElementsAre("rabbitmq:administrator", "rabbitmq:x"));
  EXPECT_THAT(import.users[1].groups, IsEmpty());
  EXPECT_THAT(Problems(import), IsEmpty());
}

TEST(RabbitMqDefinitions, GoesOnBehindABadUser) {
  const Import import = Users(
      R"({"name":7},[],{"name":"m","password_hash":"abc"},)"
      R"({"name":"c","password_hash":"abc","hashing_algorithm":"my_own"},)"
      R"({"name":"t","password_hash":"abc","hashing_algorithm":"rabbit_password_hashing_md5"},)"
      R"({"name":"n","password_hash":null},)" +
      User("a", R"(,"tags":[1,"x","y\u0001"])") + "," + User("a") + "," + User("b\\u0000") + "," +
      User("", R"(,"tags":3)"));
  EXPECT_THAT(Names(import), ElementsAre("a"));
  EXPECT_THAT(import.users[0].groups, ElementsAre("rabbitmq:x"));
  EXPECT_THAT(Problems(import),
              ElementsAre("d: users[0]: the user has no name", "d: users[1]: the user has no name",
                          HasSubstr("d: users[2]: hashing_algorithm is missing"),
                          HasSubstr("d: users[3]: the hashing_algorithm is none"),
                          "d: users[4]: at position 15: the salt with the digest is not base64",
                          HasSubstr("d: users[6]: a group has no name, or one with control"),
                          HasSubstr("d: users[6]: a tag is no text"),
                          HasSubstr("d: users[7]: the user is the same as that of d: users[6]"),
                          HasSubstr("d: users[8]: the name has characters"),
                          HasSubstr("d: users[9]: the name has characters"),
                          HasSubstr("d: users[2]: the user has no password"),
                          HasSubstr("d: users[3]: the user has no password"),
                          HasSubstr("d: users[4]: the user has no password"),
                          HasSubstr("d: users[5]: the user has no password")));
}

TEST(RabbitMqDefinitions, SaysHowToExportWhatIsNone) {
  for (const char* content : {"", "{", "[]", "{}", R"({"users":{}})", "\xff"}) {
    const Import import = ImportRabbitMqDefinitions(content, "d");
    EXPECT_THAT(Names(import), IsEmpty());
    EXPECT_THAT(Problems(import), ElementsAre(HasSubstr("rabbitmqctl export_definitions")))
        << content;
  }
}

}  // namespace
}  // namespace sallyport::ctl

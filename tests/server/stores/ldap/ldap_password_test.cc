// Logins by PLAIN and SCRAM against what a directory knows.

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "core/credentials/new_credential.h"
#include "core/crypto/random_source.h"
#include "core/sasl/create_mechanism.h"
#include "core/sasl/mechanism_registry.h"
#include "tests/core/sasl/mechanism_driver.h"
#include "tests/server/stores/ldap/ldap_directory.h"

namespace sallyport::server {
namespace {

// SHA-512 of "pencilsalt", and "salt".
constexpr char kSsha512OfPencil[] =
    "{SSHA512}i+D5SE7oOTxtkWXKlKHrQFnLB6mUMJx0OsVpWYhRi1RnUIQeI+9gQr+ANhi3p4fmzzh6sx3Lx4cvamioIp/8"
    "sXNhbHQ=";

class LdapPassword : public testing::Test {
 protected:
  LdapPassword() { context_.settings = &mechanism_settings_; }

  static void SetUpTestSuite() { directory_ = new LdapDirectory; }
  static void TearDownTestSuite() {
    delete directory_;
    directory_ = nullptr;
  }
  static LdapDirectory& directory() { return *directory_; }

  // One for all: each test has users of its own.
  static inline LdapDirectory* directory_ = nullptr;

  // What the store knows of `name`, as a host hands it to a mechanism.
  static CredentialBook Know(StoreBackend& backend, const std::string& name) {
    const LookupResult result = WaitForRead(backend, name);
    EXPECT_TRUE(result.ok()) << result.status();
    CredentialBook book;
    book[name] = {.account = result.value_or(nullptr),
                  .decoy_verifier = backend.decoy_verifier({})};
    if (book[name].account != nullptr && book[name].account->disabled) {
      book[name].denial = FailureReason::kAccountDisabled;
    }
    return book;
  }

  StepResult LogIn(StoreBackend& backend, const std::string& name, const std::string& password) {
    MechanismDriver server(CreateServerMechanism(*FindMechanism("PLAIN"), context_),
                           Know(backend, name));
    return server.Step(absl::StrCat(std::string(1, '\0'), name, std::string(1, '\0'), password));
  }

  bool ScramAccepts(StoreBackend& backend, const std::string& name, const std::string& password) {
    const MechanismDescriptor& scram = *FindMechanism("SCRAM-SHA-256");
    MechanismDriver server(CreateServerMechanism(scram, context_), Know(backend, name));
    const ClientCredentials credentials = {name, "", Secret(password)};
    ClientMechanismContext client_context{&credentials};
    client_context.random = &SystemRandom();
    auto client = CreateClientMechanism(scram, client_context);
    EXPECT_TRUE(client.ok()) << client.status();
    const Conversation talk = Converse(server, **client);
    return IdentityIn(talk.outcome) != nullptr;
  }

  // Adds a user whose entry has these values of these attributes besides.
  static void Store(const std::string& name, const std::string& lines) {
    directory().Change(absl::StrCat("dn: ", DnOf(name), "\nobjectClass: inetOrgPerson\n",
                                    "objectClass: authPasswordObject\ncn: person\nsn: person\n",
                                    LdifLine("uid", name), lines, "\n"));
  }

  static std::string NewText(std::string_view scheme, std::string_view password) {
    const auto credential = NewCredential(scheme, password, TestSettings().costs, SystemRandom());
    EXPECT_TRUE(credential.ok()) << credential.status();
    return FormatCredential(*credential);
  }

  ServerMechanismSettings mechanism_settings_ = TestSettings();
  ServerMechanismContext context_ = [] {
    ServerMechanismContext context;
    context.random = &SystemRandom();
    return context;
  }();
};

TEST_F(LdapPassword, TheServerJudgesPlainByABind) {
  directory().Change(Person("alice", "{SSHA}LYlYMxfyKDWNJgLJQ2/4JXnOuO+gsnk7MTlu8A=="));
  directory().Change(Person("bob", "builder"));
  const auto backend = OpenLdap(directory().Settings());
  const StepResult result = LogIn(*backend, "bob", "builder");
  ASSERT_NE(IdentityIn(result), nullptr);
  EXPECT_EQ(IdentityIn(result)->authentication_id, "bob");
  for (const char* wrong : {"Builder", "builder ", "secret", "*", "{CLEARTEXT}builder"}) {
    EXPECT_EQ(ReasonOf(LogIn(*backend, "bob", wrong)), FailureReason::kBadCredentials) << wrong;
  }
  EXPECT_EQ(ReasonOf(LogIn(*backend, "alice", "builder")), FailureReason::kBadCredentials);
}

TEST_F(LdapPassword, AnUnknownUserIsAskedAboutAndRefused) {
  const auto backend = OpenLdap(directory().Settings());
  // A decoy's name is hexadecimal; "root", "reader" and "searcher" are not, and their binds
  // may be logged late.
  const auto decoys = [] {
    const Slapd& slapd = directory().slapd();
    return slapd.Logged("BIND dn=\"cn=") - slapd.Logged("BIND dn=\"cn=r") -
           slapd.Logged("BIND dn=\"cn=s");
  };
  const int before = decoys();
  EXPECT_EQ(ReasonOf(LogIn(*backend, "nobody", "guess")), FailureReason::kUnknownUser);
  EXPECT_EQ(decoys(), before + 1);
  EXPECT_EQ(Ask(backend->decoy_verifier({}), "guess"), PasswordAnswer::kWrong);
}

TEST_F(LdapPassword, AnEmptyPasswordNeverReachesTheServer) {
  directory().Change(Person("erin", "secret"));
  const auto backend = OpenLdap(directory().Settings());
  const auto account = MustRead(*backend, "erin");
  const int before = directory().slapd().Logged(" BIND ");
  EXPECT_EQ(Ask(account->password_verifier, ""), PasswordAnswer::kWrong);
  EXPECT_EQ(Ask(backend->decoy_verifier({}), ""), PasswordAnswer::kWrong);
  EXPECT_EQ(directory().slapd().Logged(" BIND "), before);
  EXPECT_EQ(Ask(account->password_verifier, "secret"), PasswordAnswer::kRight);
  EXPECT_GT(directory().slapd().Logged(" BIND "), before);
}

TEST_F(LdapPassword, AnEntryThatIsGoneOrHasNoPasswordLetsNobodyIn) {
  directory().Change(Person("gone", "secret"));
  Store("bare", "");
  const auto backend = OpenLdap(directory().Settings());
  const auto gone = MustRead(*backend, "gone");
  directory().Change(absl::StrCat("dn: ", DnOf("gone"), "\nchangetype: delete\n\n"));
  EXPECT_EQ(Ask(gone->password_verifier, "secret"), PasswordAnswer::kWrong);
  EXPECT_EQ(Ask(MustRead(*backend, "bare")->password_verifier, "secret"), PasswordAnswer::kWrong);
}

TEST_F(LdapPassword, ALockedUserWithTheRightPasswordIsRefused) {
  directory().Change(Person("lola", "secret", "nsAccountLock: TRUE\n"));
  const auto backend = OpenLdap(directory().Settings());
  EXPECT_EQ(ReasonOf(LogIn(*backend, "lola", "secret")), FailureReason::kAccountDisabled);
}

TEST_F(LdapPassword, AVerifierThatOutlivesItsStoreCanTellNothing) {
  directory().Change(Person("vera", "secret"));
  auto backend = OpenLdap(directory().Settings());
  const auto account = MustRead(*backend, "vera");
  backend.reset();
  EXPECT_EQ(Ask(account->password_verifier, "secret"), PasswordAnswer::kUnavailable);
}

TEST_F(LdapPassword, MakesNoMoreChecksAtATimeThanItMay) {
  directory().Change(Person("max", "secret"));
  LdapBackendOptions options = TestOptions();
  options.max_waiting = 0;
  const auto backend = OpenLdap(directory().Settings(), options);
  EXPECT_EQ(Ask(MustRead(*backend, "max")->password_verifier, "secret"),
            PasswordAnswer::kUnavailable);
}

TEST_F(LdapPassword, StoredPasswordsAreReadWhateverTheirScheme) {
  Store("ssha512", LdifLine("userPassword", kSsha512OfPencil));
  Store("pbkdf2", LdifLine("userPassword", NewText("PBKDF2-SHA256", "pencil")));
  Store("plain", LdifLine("userPassword", "pencil"));
  Store("scram", LdifLine("authPassword", NewText("SCRAM-SHA-256", "pencil")));
  Store("mixed", LdifLine("authPassword", "NOSUCH$x$y") + LdifLine("userPassword", "pencil"));
  const auto backend = OpenLdap(directory().Settings(v1::LDAP_PASSWORDS_READ));
  EXPECT_EQ(backend->decoy_verifier({}), nullptr);
  mechanism_settings_.weak_schemes = {"SSHA512"};
  for (const char* name : {"ssha512", "pbkdf2", "plain", "scram", "mixed"}) {
    EXPECT_EQ(MustRead(*backend, name)->password_verifier, nullptr);
    EXPECT_NE(IdentityIn(LogIn(*backend, name, "pencil")), nullptr) << name;
    EXPECT_EQ(ReasonOf(LogIn(*backend, name, "pen")), FailureReason::kBadCredentials) << name;
  }
  for (const char* name : {"plain", "scram"}) {
    EXPECT_TRUE(ScramAccepts(*backend, name, "pencil")) << name;
    EXPECT_FALSE(ScramAccepts(*backend, name, "pen")) << name;
  }
}

TEST_F(LdapPassword, AWeakDigestIsReadForWhomTheSettingsAllow) {
  // By slappasswd -s pencil.
  Store("ssha", LdifLine("userPassword", "{SSHA}nPwuQ4s11kJNbzCXj3ptpVhNFLT2eP8K"));
  const auto backend = OpenLdap(directory().Settings(v1::LDAP_PASSWORDS_READ));
  EXPECT_EQ(ReasonOf(LogIn(*backend, "ssha", "pencil")), FailureReason::kNoUsableCredential);
  mechanism_settings_.weak_schemes = {"SSHA"};
  EXPECT_NE(IdentityIn(LogIn(*backend, "ssha", "pencil")), nullptr);
  EXPECT_EQ(ReasonOf(LogIn(*backend, "ssha", "pen")), FailureReason::kBadCredentials);
}

TEST_F(LdapPassword, WhoMayNotReadPasswordsSeesNone) {
  directory().Change(Person("hidden", "secret"));
  v1::LdapStore settings = directory().Settings();
  settings.set_passwords(v1::LDAP_PASSWORDS_READ);
  const auto backend = OpenLdap(settings);
  EXPECT_TRUE(MustRead(*backend, "hidden")->credentials.empty());
  EXPECT_EQ(ReasonOf(LogIn(*backend, "hidden", "secret")), FailureReason::kNoUsableCredential);
}

}  // namespace
}  // namespace sallyport::server

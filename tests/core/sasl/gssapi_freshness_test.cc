// Whether a login must be made for the server that it is shown to, in a real
// Kerberos realm: a client that leaves the key aside which the server has chosen for
// the exchange (RFC 4121 section 2), though it was given it.

#include <gssapi/gssapi_krb5.h>
#include <krb5/krb5.h>

#include <optional>
#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "tests/core/sasl/gss_peer.h"
#include "tests/core/sasl/gssapi_fixture.h"

namespace sallyport {
namespace {

constexpr std::string_view kChoice("\x01\x00\x00\x00", 4);

// A wrapped message (RFC 4121 section 4.2.6.2), not encrypted, under `key` as an initiator has it
// before it knows the server's.
std::string WrapUnder(const gss_krb5_lucid_key_t& key, const std::string& message) {
  const std::string id_and_flags("\x05\x04\x00\xff", 4);
  const std::string sequence(8, '\0');
  std::string signed_bytes = message + id_and_flags + std::string(4, '\0') + sequence;
  krb5_context library = nullptr;
  EXPECT_EQ(krb5_init_context(&library), 0);
  const krb5_keyblock block = {.enctype = static_cast<krb5_enctype>(key.type),
                               .length = static_cast<unsigned>(key.length),
                               .contents = static_cast<krb5_octet*>(key.data)};
  const krb5_data data = {.length = static_cast<unsigned>(signed_bytes.size()),
                          .data = signed_bytes.data()};
  constexpr krb5_keyusage kInitiatorSeal = 24;
  krb5_checksum checksum = {};
  EXPECT_EQ(krb5_c_make_checksum(library, 0, &block, kInitiatorSeal, &data, &checksum), 0);
  const std::string proof(reinterpret_cast<const char*>(checksum.contents), checksum.length);
  krb5_free_checksum_contents(library, &checksum);
  krb5_free_context(library);
  const std::string sizes = {'\0', static_cast<char>(proof.size()), '\0', '\0'};
  return id_and_flags + sizes + sequence + message + proof;
}

class GssapiFreshnessTest : public GssapiFixture {
 protected:
  static StepResult Settle(ServerMechanism& server, absl::StatusOr<StepResult> result) {
    while (result.ok() && std::holds_alternative<NeedDerivation>(*result)) {
      const auto& need = std::get<NeedDerivation>(*result);
      result = server.Resume(need.ticket, Derive(need.work));
    }
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : Failure{};
  }

  // What `server` says to a choice that its client has wrapped under its own key.
  StepResult ChooseUnderTheClientsKey(ServerMechanism& server) {
    GssPeer client(GssPeer::Side::kInitiator);
    Settle(server, server.Step(client.Step(std::nullopt)));
    Settle(server, server.Step(""));
    // The server's state has the client's key too.
    StateWriter state;
    EXPECT_TRUE(server.SaveState(state).ok());
    StateReader reader(state.view());
    reader.Number();
    reader.Number();
    gss_buffer_desc token = GssInput(reader.Bytes());
    OM_uint32 minor = 0;
    GssContext context;
    EXPECT_EQ(gss_import_sec_context(&minor, &token, context.out()), GSS_S_COMPLETE);
    void* exported = nullptr;
    EXPECT_EQ(gss_krb5_export_lucid_sec_context(&minor, context.out(), 1, &exported),
              GSS_S_COMPLETE);
    const auto& keys = *static_cast<gss_krb5_lucid_context_v1_t*>(exported);
    EXPECT_EQ(keys.protocol, 1u);
    EXPECT_EQ(keys.cfx_kd.have_acceptor_subkey, 1u);
    const std::string choice = WrapUnder(keys.cfx_kd.ctx_key, std::string(kChoice));
    gss_krb5_free_lucid_sec_context(&minor, exported);
    return Settle(server, server.Step(choice));
  }
};

TEST_F(GssapiFreshnessTest, AChoiceMustBeUnderTheServersKey) {
  const auto server = *CreateServerMechanism(kGssapi, server_context_);
  EXPECT_EQ(FailureOf(ChooseUnderTheClientsKey(*server)).reason, FailureReason::kMalformedMessage);
}

// The Kerberos library would take it.
TEST_F(GssapiFreshnessTest, UnlessOneWayLoginsAreAllowed) {
  settings_.kerberos.allow_one_way = true;
  const auto server = *CreateServerMechanism(kGssapi, server_context_);
  EXPECT_TRUE(std::holds_alternative<NeedCredentials>(ChooseUnderTheClientsKey(*server)));
}

}  // namespace
}  // namespace sallyport

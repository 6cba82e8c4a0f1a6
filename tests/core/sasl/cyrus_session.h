#ifndef SALLYPORT_TESTS_CORE_SASL_CYRUS_SESSION_H_
#define SALLYPORT_TESTS_CORE_SASL_CYRUS_SESSION_H_

// One side of an exchange, played by Cyrus libsasl2: an implementation that is not
// ours. It drives whatever Cyrus has, among others ANONYMOUS, PLAIN, LOGIN,
// EXTERNAL, CRAM-MD5, DIGEST-MD5, SCRAM and GSSAPI; never with a security layer.
// The service is "amqp". GSSAPI finds its tickets and its keytab where the
// environment says. In tests only. Not thread-safe.

#include <sasl/sasl.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/sasl/channel_binding.h"
#include "tests/core/sasl/cyrus_library.h"

namespace sallyport {

enum class CyrusRole { kClient, kServer };

struct CyrusProperties {
  // A client's own; of a server, the one user that it knows.
  std::string authentication_id;
  // Whom a client asks to act as; empty: authentication_id. Of a server, the only
  // other identity that it lets anybody act as.
  std::string authorization_id;
  std::string password;
  // Whom the channel beneath has authenticated. EXTERNAL needs it on both sides.
  std::string external_id;
  // The server's name, as GSSAPI and DIGEST-MD5 see it.
  std::string host = "localhost";
  // DIGEST-MD5's; empty: `host`. A server with a realm adds "@realm" to what every
  // mechanism calls a user, unless it has one. A client only chooses a realm where
  // the server offers several, or none.
  std::string realm;
  std::optional<ChannelBinding> channel_binding;
  // Whether a client binds the channel even where no mechanism that it was offered
  // is called -PLUS.
  bool binding_is_critical = false;
  // Whether an outcome can carry additional data. If not, SCRAM's and DIGEST-MD5's
  // last message is a challenge, which an empty response answers.
  bool success_data = true;
  // Whether DIGEST-MD5 may go on from an earlier login (RFC 2831 section 2.2), which
  // Cyrus remembers for the whole process: a client the last one to each host, a
  // server the last one of each user, for a day. Without this, a client begins as
  // if it remembered nothing, and a server ignores what it remembers; both remember
  // a login that ends well in place of the one before.
  bool fast_reauthentication = false;
};

class CyrusSession {
 public:
  // CyrusSession is ready for Step. `mechanisms` is a server's one mechanism, or
  // the offer that a client chooses from, separated by blanks.
  CyrusSession(CyrusRole role, std::string mechanisms, CyrusProperties properties);
  CyrusSession(const CyrusSession&) = delete;
  CyrusSession& operator=(const CyrusSession&) = delete;
  ~CyrusSession();

  // Step takes the other side's message: nullopt starts a client, and is the
  // absent initial response to a server. It gives what to send. nullopt is a
  // client's absent initial response, an outcome without additional data, nothing
  // at all from a client that has heard the outcome's, or a failure: look at
  // status after it.
  std::optional<std::string> Step(std::optional<std::string_view> input);

  // status is the last step's: SASL_OK, SASL_CONTINUE, or an error, below zero.
  int status() const { return status_; }

  // error describes the last step's error.
  std::string error() const { return sasl_errdetail(connection_); }

  // mechanism is the name that a client has chosen, without -PLUS: Cyrus does not
  // tell whether it binds the channel.
  const std::string& mechanism() const { return mechanism_; }

  // authentication_id, authorization_id and security_strength are a finished
  // exchange's; the last is zero without a security layer.
  std::string authentication_id() const { return Name(SASL_AUTHUSER); }
  std::string authorization_id() const { return Name(SASL_USERNAME); }
  sasl_ssf_t security_strength() const;

 private:
  static int AnswerName(void* self, int id, const char** result, unsigned* length);
  static int AnswerPassword(sasl_conn_t* connection, void* self, int id, sasl_secret_t** result);
  static int AnswerRealm(void* self, int id, const char** offered, const char** result);
  static int JudgeAuthorization(sasl_conn_t* connection, void* self, const char* authorization_id,
                                unsigned authorization_id_size, const char* authentication_id,
                                unsigned authentication_id_size, const char* realm,
                                unsigned realm_size, struct propctx* properties);

  void Open();
  void SetProperty(int property, const void* value);
  std::string Name(int property) const;
  std::optional<std::string> StepClient(std::optional<std::string_view> input);
  std::optional<std::string> StepServer(std::optional<std::string_view> input);

  const CyrusRole role_;
  const CyrusProperties properties_;
  const CyrusAccount account_;
  // Cyrus keeps pointers to the next three.
  std::vector<sasl_callback_t> callbacks_;
  std::vector<char> secret_;
  sasl_channel_binding_t binding_ = {};
  sasl_conn_t* connection_ = nullptr;
  std::string mechanism_;
  bool started_ = false;
  int status_ = SASL_CONTINUE;
};

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_CORE_SASL_CYRUS_SESSION_H_

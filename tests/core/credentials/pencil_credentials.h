#ifndef SALLYPORT_TESTS_CORE_CREDENTIALS_PENCIL_CREDENTIALS_H_
#define SALLYPORT_TESTS_CORE_CREDENTIALS_PENCIL_CREDENTIALS_H_

// The password "pencil" as each scheme stores it, at low cost. Made by slappasswd of
// OpenLDAP 2.5.13, the program argon2 and crypt(3) of Debian 12, RabbitMQ 3.10.8, and
// Python 3.11's hashlib.

#include <cstdint>

#include "core/credentials/credential.h"
#include "gtest/gtest.h"

namespace sallyport {

struct PencilCredential {
  const char* scheme;
  const char* text;
  uint32_t iterations = 0;
};

inline constexpr PencilCredential kPencilCredentials[] = {
    {"CLEARTEXT", "{CLEARTEXT}pencil"},
    {"MD5", "{MD5}qPaDC855Copn/C6E4SCTug=="},
    {"SMD5", "{SMD5}CizOV+vfx6Ti5wMwziOJNbrapEI="},
    {"SHA", "{SHA}0vxRJJChUDZGC1SJQBQ51tpUB/o="},
    {"SSHA", "{SSHA}OuNMn6i3VdtwqB8eCPZInJ79I1DsO3r1"},
    {"SHA256", "{SHA256}E4CWaPtDY4Zwb2fcsFLtWEoEuhaowCoX1m00ww/O2iE="},
    {"SSHA256", "{SSHA256}Q3RM7zV/9aeHHY4TUusdAl46TVK2DmUx4jmXCrM36GmPfadb0nvyiA=="},
    {"SHA384", "{SHA384}453oND+afaOx2LjlH2lUcJTwWRL8mMP3sE5BGtzMZeJVLOV13kk/xBY1xEVduaVT"},
    {"SSHA384",
     "{SSHA384}MD12bET1G/kTRDg4JeCzRCfQB6RtVqfhWVA6haIN+rflO4RN8JQ8aCVl5Fv8c55uDYnjNWZf5uU="},
    {"SHA512",
     "{SHA512}Gd8Bqrgo+NUINrp1cJcTrtInM1344YZDkYXAbJF6Kn03cat24wfPo7a4nvGmaC1mgd3xGISHDl3h"
     "Pnk/uVXu6w=="},
    {"SSHA512",
     "{SSHA512}hSmfmWVR5hZd9pvbfd9EUfyvHaTuBHi0knleyvV/m+eRSBTvLU5V+w9oDkBhpb+Ct/5mYFVQuhp"
     "t8RfhIJez+LhaV8cO5/fX"},
    {"AUTHPASSWORD-MD5", "MD5$c2FsdHNhbHQ=$nZ6BNg4qUgjWovZzOEkWDw=="},
    {"AUTHPASSWORD-SHA1", "SHA1$c2FsdHNhbHQ=$M0YXe+4K7AXJbpIQR++HGoshE8I="},
    {"RABBITMQ-SHA256", "{RABBITMQ-SHA256}SNgas3BBvV84s8jH6P+MFmwad+rI2+sUpCcsmBHju3giaCzh"},
    {"RABBITMQ-SHA512",
     "{RABBITMQ-SHA512}gs1yYffbyak3cwsWwWU8xEDo4rJ7tjnNF4V9kDpvIrt5lqCIHM/1LjZO9X8DCibufWTPcf8jaw"
     "HzUogtdlZD4n1Nhhs="},
    {"RABBITMQ-MD5", "{RABBITMQ-MD5}T34c8LEj+ok+Q9lQFpNj2ktOcig="},
    {"CRYPT",
     "{CRYPT}$6$rounds=1000$saltsalt$bbY.T.ZpN43KapLdmlSbP6MmxBlkMSbhrh.Y1rmY0fYaRO/"
     "t.4sKqUiU.Z8byKf8Oa1yagMn/0fncuHSYrb9h."},
    {"CRYPT", "{CRYPT}$5$rounds=1000$saltsalt$1E80wIeNUk6Tw.cvgykgsGLDhE7YCS/mO7gtCEoKze9"},
    {"CRYPT", "{CRYPT}$2a$04$CCCCCCCCCCCCCCCCCCCCC.mft0ehc6/OeTDQZ/doQPnEoMj3rALOe"},
    {"CRYPT", "{CRYPT}$2b$04$CCCCCCCCCCCCCCCCCCCCC.mft0ehc6/OeTDQZ/doQPnEoMj3rALOe"},
    {"CRYPT", "{CRYPT}$2y$04$CCCCCCCCCCCCCCCCCCCCC.mft0ehc6/OeTDQZ/doQPnEoMj3rALOe"},
    {"CRYPT", "{CRYPT}$y$j75$CCCCCCCCCCCCCCCCCCCCC.$9iiLFVM7uLA9JabOUrCiUZJgx8EqdsQrlgGgqCFFwS2"},
    {"CRYPT-MD5", "{CRYPT}$1$saltsalt$wCrc3hcrR95SV83Xh8Z.41"},
    {"PBKDF2-SHA1", "{PBKDF2-SHA1}1000$c2FsdHNhbHQ$Kqk8jtU0ogHVxRLqVtDFPJYkFeM", 1000},
    {"PBKDF2-SHA256",
     "{PBKDF2-SHA256}4096$W22ZaJ0SNY7soEsUEjb6gQ$xKSVEDI6tPlSysH6mUQZOeeOp01r6B3fcJbodRPcYV0",
     4096},
    {"PBKDF2-SHA512",
     "{PBKDF2-SHA512}1000$c2FsdHNhbHQ$p6jK.up03Bh76vwbZ4M8FaVUgENNc/"
     "oN9uKl9CCTgtgylMk9.QdXrxd6SUbGGFaB.e6Cbhi2troD0qHp20or.w",
     1000},
    {"ARGON2ID",
     "{ARGON2}$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$jVhqmhryg9cVIz69QRMw92CgHDmJT2jige8KZ+"
     "yGwww",
     1},
    {"ARGON2I",
     "{ARGON2}$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$wssBaiUcOSLWveyITJMffuarA8dGbVD+"
     "YqEMmJWOK40",
     1},
    {"ARGON2D",
     "{ARGON2}$argon2d$v=19$m=64,t=1,p=1$c29tZXNhbHQ$fqSz34RhygK95GmOim3DUt8xVv3lwe5XEAgD0OATe/"
     "w",
     1},
    {"SCRAM-SHA-1",
     "SCRAM-SHA-1$4096:c2FsdHNhbHQ=$Fn1M1QXmUelgJVhpuC1vK4LoDVE=:U3rALh9JK8df+UhZaAHYGFsl/mw=",
     4096},
    {"SCRAM-SHA-256",
     "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
     "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
     4096},
    {"SCRAM-SHA-512",
     "SCRAM-SHA-512$4096:c2FsdHNhbHQ=$"
     "WJFh4X36FKsgx2jJhJK5AYjMJ53xZYrSYoejqMclIUhA5k3FjbUfLEkLlOyfYMNTorr1JQs/"
     "e19jCUsMN5x0dQ==:"
     "ZNUcoMORrDPV6ZY2YggtGv8fU4qsCTVzfJyTOEBvPS7mFg0QRhODRQfHhTji6BrJriZwEmsJukPFVwdDHP4zSQ==",
     4096},
};

// Parsed reads a credential; that it cannot is a test failure.
inline Credential Parsed(std::string_view text) {
  absl::StatusOr<Credential> credential = ParseCredential(text);
  if (!credential.ok()) ADD_FAILURE() << text << ": " << credential.status();
  return credential.ok() ? *std::move(credential) : Cleartext{};
}

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_CORE_CREDENTIALS_PENCIL_CREDENTIALS_H_

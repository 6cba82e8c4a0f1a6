#ifndef SALLYPORT_SERVER_HTTP_CURL_HANDLES_H_
#define SALLYPORT_SERVER_HTTP_CURL_HANDLES_H_

// libcurl's handles, owned, and what each of our transfers must keep to.

#include <curl/curl.h>

#include <memory>
#include <string>

namespace sallyport::server {

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using EasyHandle = std::unique_ptr<CURL, EasyDeleter>;

struct MultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
using MultiHandle = std::unique_ptr<CURLM, MultiDeleter>;

// NewMulti makes libcurl ready where it is not yet; null where there is no memory.
MultiHandle NewMulti();

// NewStrictEasy is a transfer from `url` that speaks http and https only, follows no
// redirect, and checks who the server is, by TLS 1.2 or later; null where there is no
// memory. The server's certificate must be signed by one of those in `ca_file` (PEM);
// where that is empty, by one that the system trusts.
EasyHandle NewStrictEasy(const std::string& url, const std::string& ca_file);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_HTTP_CURL_HANDLES_H_

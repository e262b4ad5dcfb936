// A current API server's streaming code in front of the cluster's own API server, which is an old one: WebSockets of exec with
// v5.channel.k8s.io are translated to SPDY, and port-forward's SPDY is taken out of WebSockets, by the packages that a current API server
// does it with. Both need the right to create, as they do there from 1.35 on. All else is passed on. Users need tokens: their
// certificates do not get through.
package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/util/proxy"
	apiserver "k8s.io/apiserver/pkg/util/proxy"
)

var (
	listen      = flag.String("listen", "", "address and port")
	server      = flag.String("server", "", "URL of the cluster's API server")
	authority   = flag.String("authority", "", "file with the certificate that its certificate is signed by")
	certificate = flag.String("certificate", "", "file with our certificate, for clients")
	key         = flag.String("key", "", "file with its key")
	adminCert   = flag.String("admin-certificate", "", "file with a certificate with which we may exec")
	adminKey    = flag.String("admin-key", "", "file with its key")
	version     = flag.String("version", "", "Kubernetes version that we give as ours, such as v1.36.2")
)

var streams = regexp.MustCompile(`^/api/v1/namespaces/([^/]+)/pods/([^/]+)/(exec|portforward)$`)

// What a user's own credentials go through, and what has ours, as an API server has for kubelets.
type front struct {
	server      *url.URL
	users, ours *http.Transport
	rest        http.Handler
}

func main() {
	flag.Parse()
	location, err := url.Parse(*server)
	check(err)
	pem, err := os.ReadFile(*authority)
	check(err)
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		log.Fatalf("front: no certificate in %s", *authority)
	}
	admin, err := tls.LoadX509KeyPair(*adminCert, *adminKey)
	check(err)

	f := &front{server: location, users: transport(roots), ours: transport(roots, admin)}
	rest := httputil.NewSingleHostReverseProxy(location)
	rest.Transport = f.users
	// a watch must not wait for a buffer to be full
	rest.FlushInterval = -1
	f.rest = rest

	listener := &http.Server{
		Addr:    *listen,
		Handler: f,
		// a connection that speaks HTTP/2 cannot become anything else
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
	}
	log.Printf("front: of %s on %s", location, *listen)
	check(listener.ListenAndServeTLS(*certificate, *key))
}

func transport(roots *x509.CertPool, ours ...tls.Certificate) *http.Transport {
	return &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: ours, NextProtos: []string{"http/1.1"}},
		TLSNextProto:    map[string]func(string, *tls.Conn) http.RoundTripper{},
	}
}

func check(err error) {
	if err != nil {
		log.Fatalf("front: %v", err)
	}
}

func (f *front) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.URL.Path == "/version" && *version != "" {
		f.giveVersion(w)
		return
	}
	stream := streams.FindStringSubmatch(req.URL.Path)
	if stream == nil || req.Header.Get("Upgrade") == "" {
		f.rest.ServeHTTP(w, req)
		return
	}
	location := *f.server
	location.Path = req.URL.Path
	location.RawQuery = req.URL.RawQuery
	onward := proxy.NewUpgradeAwareHandler(&location, f.users, false, true, f)
	if !strings.EqualFold(req.Header.Get("Upgrade"), "websocket") {
		onward.ServeHTTP(w, req)
		return
	}
	mayGet, err := f.may(req, "get", stream[1], stream[2], stream[3])
	if err != nil {
		f.Error(w, req, err)
		return
	}
	if !mayGet {
		// it says so itself
		onward.ServeHTTP(w, req)
		return
	}
	mayCreate, err := f.may(req, "create", stream[1], stream[2], stream[3])
	if err != nil {
		f.Error(w, req, err)
		return
	}
	if !mayCreate {
		forbid(w, stream[2])
		return
	}
	if stream[3] == "exec" {
		query := req.URL.Query()
		translator := apiserver.NewStreamTranslatorHandler(&location, f.ours, 0, apiserver.Options{
			Stdin:  query.Get("stdin") == "true",
			Stdout: query.Get("stdout") == "true",
			Stderr: query.Get("stderr") == "true",
			Tty:    query.Get("tty") == "true",
		})
		apiserver.NewTranslatingHandler(onward, translator, offers("v5.channel.k8s.io")).ServeHTTP(w, req)
		return
	}
	apiserver.NewTranslatingHandler(onward, apiserver.NewTunnelingHandler(onward), offers("SPDY/3.1+portforward.k8s.io")).ServeHTTP(w, req)
}

func offers(protocol string) func(*http.Request) bool {
	return func(req *http.Request) bool {
		for _, line := range req.Header.Values("Sec-WebSocket-Protocol") {
			for _, offered := range strings.Split(line, ",") {
				if strings.TrimSpace(offered) == protocol {
					return true
				}
			}
		}
		return false
	}
}

// The user asks the cluster's API server, with their own credentials.
func (f *front) may(req *http.Request, verb, namespace, pod, subresource string) (bool, error) {
	question, err := json.Marshal(map[string]any{
		"apiVersion": "authorization.k8s.io/v1",
		"kind":       "SelfSubjectAccessReview",
		"spec": map[string]any{"resourceAttributes": map[string]string{
			"verb": verb, "resource": "pods", "subresource": subresource, "namespace": namespace, "name": pod,
		}},
	})
	if err != nil {
		return false, err
	}
	asking, err := http.NewRequestWithContext(req.Context(), http.MethodPost,
		f.server.String()+"/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", bytes.NewReader(question))
	if err != nil {
		return false, err
	}
	for name, values := range req.Header {
		if name == "Authorization" || strings.HasPrefix(name, "Impersonate-") {
			asking.Header[name] = values
		}
	}
	asking.Header.Set("Content-Type", "application/json")
	asking.Header.Set("Accept", "application/json")
	answer, err := f.users.RoundTrip(asking)
	if err != nil {
		return false, err
	}
	defer answer.Body.Close()
	var review struct {
		Status struct{ Allowed bool }
	}
	if err := json.NewDecoder(answer.Body).Decode(&review); err != nil {
		return false, err
	}
	// whoever may not even ask hears that from the request itself
	return answer.StatusCode != http.StatusCreated || review.Status.Allowed, nil
}

// Neither user, verb nor subresource are in it: so a current API server answers.
func forbid(w http.ResponseWriter, pod string) {
	write(w, http.StatusForbidden, map[string]any{
		"kind": "Status", "apiVersion": "v1", "metadata": map[string]any{}, "status": "Failure", "reason": "Forbidden",
		"message": fmt.Sprintf("pods %q is forbidden: ", pod), "details": map[string]string{"name": pod, "kind": "pods"},
		"code": http.StatusForbidden,
	})
}

// Error is what the handlers call when they cannot reach the cluster's API server.
func (f *front) Error(w http.ResponseWriter, _ *http.Request, err error) {
	write(w, http.StatusInternalServerError, map[string]any{
		"kind": "Status", "apiVersion": "v1", "metadata": map[string]any{}, "status": "Failure", "reason": "InternalError",
		"message": err.Error(), "code": http.StatusInternalServerError,
	})
}

func (f *front) giveVersion(w http.ResponseWriter) {
	numbers := append(strings.SplitN(strings.TrimPrefix(*version, "v"), ".", 3), "", "")
	write(w, http.StatusOK, map[string]string{"major": numbers[0], "minor": numbers[1], "gitVersion": *version})
}

func write(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		log.Printf("front: %v", err)
	}
}

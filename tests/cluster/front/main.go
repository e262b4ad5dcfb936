// front is a current API server as far as exec and port-forward go: it answers them with the handlers of k8s.io/apiserver, which
// stream between the client and the kubelet. It passes everything else on to the cluster's own API server, which also decides who may.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"flag"
	"log"
	"net/http"
	"net/url"
	"os"
)

func main() {
	listen := flag.String("listen", "", "address and port to serve at")
	server := flag.String("server", "", "URL of the cluster's own API server")
	authority := flag.String("authority", "", "file with the certificate of the cluster's authority")
	certificate := flag.String("certificate", "", "file with the certificate to serve with; its key ends in .key")
	administrator := flag.String("administrator", "", "file with the administrator's certificate, for the kubelet and to impersonate users")
	version := flag.String("version", "", "version of Kubernetes that the handlers are from")
	flag.Parse()

	location, err := url.Parse(*server)
	must(err)
	pem, err := os.ReadFile(*authority)
	must(err)
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		log.Fatalf("%s holds no certificate", *authority)
	}
	served, admin := load(*certificate), load(*administrator)
	f := &front{
		server:    location,
		authority: pool,
		version:   *version,
		admin:     transport(&tls.Config{RootCAs: pool, Certificates: []tls.Certificate{admin}}),
		plain:     transport(&tls.Config{RootCAs: pool}),
	}
	// Certificates of users are verified for each request, so that a wrong one is answered like a wrong token: with 401.
	must((&http.Server{
		Addr:      *listen,
		Handler:   f,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{served}, ClientAuth: tls.RequestClientCert},
	}).ListenAndServeTLS("", ""))
}

// Without HTTP/2, in which nothing can be upgraded.
func transport(config *tls.Config) *http.Transport {
	return &http.Transport{TLSClientConfig: config, MaxIdleConnsPerHost: 100}
}

func load(certificate string) tls.Certificate {
	pair, err := tls.LoadX509KeyPair(certificate, certificate[:len(certificate)-len(".crt")]+".key")
	must(err)
	return pair
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

package main

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

const masters = "system:masters"

type front struct {
	server    *url.URL
	authority *x509.CertPool
	version   string
	// With the administrator's certificate, and with none.
	admin, plain *http.Transport
}

func (f *front) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	transport, err := f.identify(req)
	if err != nil {
		refuse(w, err)
	} else if stream := streamOf(req); stream != nil {
		f.serve(stream, transport, w, req)
	} else {
		f.passOn(transport, w, req)
	}
}

// identify makes req one that the cluster's own API server answers as if the user had sent it, and returns the transport for it.
// A token is passed on. A certificate cannot be: the administrator impersonates the user that it names.
func (f *front) identify(req *http.Request) (*http.Transport, error) {
	if len(req.TLS.PeerCertificates) == 0 {
		return f.plain, nil
	}
	certificate := req.TLS.PeerCertificates[0]
	_, err := certificate.Verify(x509.VerifyOptions{Roots: f.authority, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	name, groups := certificate.Subject.CommonName, certificate.Subject.Organization
	if err != nil || name == "" {
		return nil, apierrors.NewUnauthorized("Unauthorized")
	}
	req.Header.Del("Authorization")
	for header := range req.Header {
		if !strings.HasPrefix(header, "Impersonate-") {
			continue
		}
		// Impersonation by an impersonated user does not exist. The administrators need none.
		if !slices.Contains(groups, masters) {
			return nil, apierrors.NewForbidden(schema.GroupResource{Resource: "users"}, name,
				errors.New("impersonation with a certificate is not supported by the front of this cluster"))
		}
		return f.admin, nil
	}
	req.Header.Set("Impersonate-User", name)
	for _, group := range groups {
		req.Header.Add("Impersonate-Group", group)
	}
	return f.admin, nil
}

func (f *front) passOn(transport *http.Transport, w http.ResponseWriter, req *http.Request) {
	(&httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(f.server) },
		Transport:      transport,
		FlushInterval:  -1,
		ModifyResponse: f.nameVersion,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			refuse(w, apierrors.NewServiceUnavailable(err.Error()))
		},
	}).ServeHTTP(w, req)
}

// nameVersion replaces the version of the API server behind: clients decide by it what they may expect of streams.
func (f *front) nameVersion(response *http.Response) error {
	if response.Request.URL.Path != "/version" || response.StatusCode != http.StatusOK {
		return nil
	}
	response.Body.Close()
	body := fmt.Sprintf(`{"major":"1","minor":"%d","gitVersion":"v%s"}`, f.minor(), f.version)
	response.Body = io.NopCloser(strings.NewReader(body))
	response.ContentLength = int64(len(body))
	response.Header.Set("Content-Length", strconv.Itoa(len(body)))
	response.Header.Del("Content-Encoding")
	return nil
}

func (f *front) minor() int {
	minor, _ := strconv.Atoi(strings.Split(f.version+"..", ".")[1])
	return minor
}

// get reads an object as the administrator.
func (f *front) get(path string, object any) error {
	req, err := http.NewRequest(http.MethodGet, f.server.JoinPath(path).String(), nil)
	if err != nil {
		return err
	}
	status, _, body, err := send(f.admin, req)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("GET %s: status %d", path, status)
	}
	return json.Unmarshal(body, object)
}

func send(transport *http.Transport, req *http.Request) (status int, header http.Header, body []byte, err error) {
	response, err := transport.RoundTrip(req)
	if err != nil {
		return 0, nil, nil, err
	}
	defer response.Body.Close()
	body, err = io.ReadAll(response.Body)
	return response.StatusCode, response.Header, body, err
}

// refuse answers as the API server does: with a Status.
func refuse(w http.ResponseWriter, err error) {
	var known apierrors.APIStatus
	if !errors.As(err, &known) {
		known = apierrors.NewInternalError(err)
	}
	status := known.Status()
	status.TypeMeta = metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}
	body, _ := json.Marshal(status)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(int(status.Code))
	_, _ = io.Copy(w, bytes.NewReader(body))
}

package main

import (
	"bytes"
	"errors"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/httpstream"
	"k8s.io/apimachinery/pkg/util/httpstream/wsstream"
	upgrade "k8s.io/apimachinery/pkg/util/proxy"
	"k8s.io/apiserver/pkg/util/proxy"
)

// From this minor version on a WebSocket needs `create`, as SPDY always has.
const createNeeded = 35

var streams = regexp.MustCompile(`^/api/v1/namespaces/([^/]+)/pods/([^/]+)/(exec|portforward)$`)

// stream is what a client asks for.
type stream struct{ namespace, pod, kind string }

func streamOf(req *http.Request) *stream {
	parts := streams.FindStringSubmatch(req.URL.Path)
	if parts == nil || !httpstream.IsUpgradeRequest(req) {
		return nil
	}
	return &stream{parts[1], parts[2], parts[3]}
}

// serve does what an API server does: it asks whether the user may, finds the container's kubelet, and lets the handlers stream.
func (f *front) serve(s *stream, transport *http.Transport, w http.ResponseWriter, req *http.Request) {
	if !f.mayOpen(s, transport, w, req) {
		return
	}
	location, err := f.locate(s, req.URL.Query())
	if err != nil {
		refuse(w, err)
		return
	}
	// The user is known, and the kubelet knows only the API server.
	for header := range req.Header {
		if header == "Authorization" || strings.HasPrefix(header, "Impersonate-") {
			req.Header.Del(header)
		}
	}
	// As pkg/registry/core/pod/rest/subresources.go of Kubernetes puts them together.
	var handler http.Handler = upgrade.NewUpgradeAwareHandler(location, f.admin, false, true, responder{})
	if s.kind == "exec" {
		translator := proxy.NewStreamTranslatorHandler(location, f.admin, 0, optionsOf(req.URL.Query()))
		handler = proxy.NewTranslatingHandler(handler, translator, wsstream.IsWebSocketRequestWithStreamCloseProtocol)
	} else {
		handler = proxy.NewTranslatingHandler(handler, proxy.NewTunnelingHandler(handler),
			wsstream.IsWebSocketRequestWithTunnelingProtocol)
	}
	handler.ServeHTTP(w, req)
}

// mayOpen asks the cluster's own API server, as the user, and passes on its refusal. It sends the request without the upgrade: if the
// credentials, the rights, the pod and the container are right, that lacks nothing else.
func (f *front) mayOpen(s *stream, transport *http.Transport, w http.ResponseWriter, req *http.Request) bool {
	methods := []string{req.Method}
	if req.Method == http.MethodGet && f.minor() >= createNeeded {
		methods = append(methods, http.MethodPost)
	}
	for _, method := range methods {
		status, header, body, err := f.ask(method, transport, req)
		switch {
		case err != nil:
			refuse(w, apierrors.NewServiceUnavailable(err.Error()))
		case status == http.StatusBadRequest && bytes.Contains(body, []byte("Upgrade request required")):
			continue
		case status == http.StatusForbidden && method != req.Method:
			// RBAC gives no reason for what no rule allows.
			refuse(w, apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, s.pod, errors.New("")))
		default:
			w.Header().Set("Content-Type", header.Get("Content-Type"))
			w.WriteHeader(status)
			_, _ = w.Write(body)
		}
		return false
	}
	return true
}

func (f *front) ask(method string, transport *http.Transport, req *http.Request) (int, http.Header, []byte, error) {
	location := f.server.JoinPath(req.URL.Path)
	location.RawQuery = req.URL.RawQuery
	question, err := http.NewRequestWithContext(req.Context(), method, location.String(), nil)
	if err != nil {
		return 0, nil, nil, err
	}
	for header, values := range req.Header {
		if header == "Authorization" || strings.HasPrefix(header, "Impersonate-") {
			question.Header[header] = values
		}
	}
	return send(transport, question)
}

// locate returns the URL of the stream at the kubelet.
func (f *front) locate(s *stream, query url.Values) (*url.URL, error) {
	var pod struct {
		Spec   struct{ Containers []struct{ Name string } }
		Status struct{ HostIP string }
	}
	if err := f.get("/api/v1/namespaces/"+s.namespace+"/pods/"+s.pod, &pod); err != nil {
		return nil, err
	}
	location := &url.URL{Scheme: "https", Host: net.JoinHostPort(pod.Status.HostIP, "10250")}
	wanted := url.Values{}
	if s.kind == "portforward" {
		location.Path = "/portForward/" + s.namespace + "/" + s.pod
		if ports := query["ports"]; len(ports) > 0 {
			wanted.Set("port", strings.Join(ports, ","))
		}
	} else {
		container := query.Get("container")
		if container == "" {
			container = pod.Spec.Containers[0].Name
		}
		location.Path = "/exec/" + s.namespace + "/" + s.pod + "/" + container
		wanted["command"] = query["command"]
		for name, theirs := range map[string]string{"stdin": "input", "stdout": "output", "stderr": "error", "tty": "tty"} {
			if isTrue(query, name) {
				wanted.Set(theirs, "1")
			}
		}
	}
	location.RawQuery = wanted.Encode()
	return location, nil
}

func optionsOf(query url.Values) proxy.Options {
	return proxy.Options{
		Stdin:  isTrue(query, "stdin"),
		Stdout: isTrue(query, "stdout"),
		Stderr: isTrue(query, "stderr"),
		Tty:    isTrue(query, "tty"),
	}
}

func isTrue(query url.Values, name string) (value bool) {
	values := query[name]
	_ = runtime.Convert_Slice_string_To_bool(&values, &value, nil)
	return value
}

type responder struct{}

func (responder) Error(w http.ResponseWriter, _ *http.Request, err error) { refuse(w, err) }

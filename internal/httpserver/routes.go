package httpserver

import (
	"net/http"
	"slices"
	"strings"

	"sluice/internal/problem"
)

// Route is one method of one path; Path is a pattern of net/http's ServeMux without a method.
type Route struct {
	Method  string
	Path    string
	Handler http.Handler
}

// Mux serves routes. Any other method of a known path answers 405 and any other path
// 404, both as problem documents; GET answers HEAD too. Of two routes of one method and path the last one counts.
func Mux(routes ...Route) *http.ServeMux {
	paths := map[string]methods{"/": nil}
	for _, r := range routes {
		if paths[r.Path] == nil {
			paths[r.Path] = methods{}
		}
		paths[r.Path][r.Method] = r.Handler
		if r.Method == http.MethodGet {
			paths[r.Path][http.MethodHead] = r.Handler
		}
	}
	// ServeMux's own methods would not do: /a/{id} for one method and /a/b for all are a
	// conflict to it, and its 405 is plain text.
	mux := http.NewServeMux()
	for path, m := range paths {
		mux.Handle(path, m)
	}
	return mux
}

// methods are the handlers of one path; none at all is a path that there is not.
type methods map[string]http.Handler

// ServeHTTP finds the handler of the request's method.
func (m methods) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if handler, found := m[r.Method]; found {
		handler.ServeHTTP(w, r)
		return
	}
	if len(m) == 0 {
		problem.Write(w, &problem.Problem{Status: http.StatusNotFound, Code: problem.CodeNotFound, Detail: "no such path"})
		return
	}
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	allowed := strings.Join(names, ", ")
	w.Header().Set("Allow", allowed)
	problem.Write(w, &problem.Problem{
		Status: http.StatusMethodNotAllowed, Code: problem.CodeMethodNotAllowed, Detail: "this path answers " + allowed,
	})
}

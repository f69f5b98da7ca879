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
// 404, both as problem documents. Two routes of one method and path panic, as in net/http.
func Mux(routes ...Route) *http.ServeMux {
	mux := http.NewServeMux()
	methods := map[string][]string{}
	for _, r := range routes {
		mux.Handle(r.Method+" "+r.Path, r.Handler)
		methods[r.Path] = append(methods[r.Path], r.Method)
		if r.Method == http.MethodGet {
			methods[r.Path] = append(methods[r.Path], http.MethodHead)
		}
	}
	for path, allowed := range methods {
		slices.Sort(allowed)
		mux.Handle(path, notAllowed(strings.Join(allowed, ", ")))
	}
	if _, taken := methods["/"]; !taken {
		mux.Handle("/", answer(&problem.Problem{
			Status: http.StatusNotFound, Code: problem.CodeNotFound, Detail: "no such path",
		}))
	}
	return mux
}

func notAllowed(allowed string) http.Handler {
	next := answer(&problem.Problem{
		Status: http.StatusMethodNotAllowed, Code: problem.CodeMethodNotAllowed, Detail: "this path answers " + allowed,
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", allowed)
		next.ServeHTTP(w, r)
	})
}

// answer always says the same.
func answer(p *problem.Problem) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		problem.Write(w, p)
	})
}

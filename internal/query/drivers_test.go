package query

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sluice/internal/apikeys"
	"sluice/internal/httpserver"
	"sluice/schemas"
)

// store remembers what it was asked and answers what it is told.
type store struct {
	nearby schemas.NearbyQuery
	track  schemas.TrackQuery
	id     string

	near  []schemas.Near
	at    schemas.Position
	page  schemas.Track
	err   error
	waits bool // until ctx ends
}

func (s *store) Nearby(ctx context.Context, q schemas.NearbyQuery) ([]schemas.Near, error) {
	s.nearby = q
	if s.waits {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return s.near, s.err
}

func (s *store) Driver(_ context.Context, id string) (schemas.Position, error) {
	s.id = id
	return s.at, s.err
}

func (s *store) Track(_ context.Context, q schemas.TrackQuery) (schemas.Track, error) {
	s.track = q
	return s.page, s.err
}

func handler(t *testing.T, cfg Config, s *store, seen Observer) http.Handler {
	t.Helper()
	keys, err := apikeys.New(apikeys.Config{})
	if err != nil {
		t.Fatal(err)
	}
	q, err := New(cfg, Deps{Drivers: s, Area: &city{}, Keys: keys, Observer: seen})
	if err != nil {
		t.Fatal(err)
	}
	return httpserver.Mux(q.Routes()...)
}

func ask1(h http.Handler, url string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, url, nil))
	return w
}

func TestNearbyAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for url, want := range map[string]schemas.NearbyQuery{
			"?lat=31.2&lon=-121.4": {Lat: 31.2, Lon: -121.4, Radius: 3000, Limit: 21, MaxAge: time.Minute},
			"?lat=-90&lon=180&radius=50000&limit=500&status=busy&vehicle=van&city=%E4%B8%8A%E6%B5%B7&maxAge=5m": {
				Lat: -90, Lon: 180, Radius: 50000, Limit: 501, MaxAge: 5 * time.Minute, Status: "busy", Vehicle: "van", City: "上海",
			},
			"?lat=0&lon=0&status=&limit=": {Radius: 3000, Limit: 21, MaxAge: time.Minute},
		} {
			s := &store{}
			w := ask1(handler(t, Config{}, s, Nobody{}), "/v1/drivers/nearby"+url)
			want.Now = time.Now()
			if w.Code != http.StatusOK || s.nearby != want || w.Body.String() != `{"drivers":[],"truncated":false}` {
				t.Errorf("%s: %d %s\n%+v", url, w.Code, w.Body, s.nearby)
			}
		}
	})
}

func TestNearbyAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		speed, seq := 8.5, int64(0)
		now := time.Now().UnixMilli()
		s := &store{near: []schemas.Near{
			{Position: schemas.Position{DriverID: "a", Lat: 1, Lon: 2, TS: now - 250, Speed: &speed, Status: "idle", City: "x", Seq: &seq}, Distance: 0},
			{Position: schemas.Position{DriverID: "b", TS: now + 90}, Distance: 1.5},
			{Position: schemas.Position{DriverID: "c"}},
		}}
		w := ask1(handler(t, Config{}, s, Nobody{}), "/v1/drivers/nearby?lat=1&lon=2&limit=2")
		want := `{"drivers":[` +
			`{"driverId":"a","lat":1,"lon":2,"distance":0,"ts":946684799750,"age":250,"speed":8.5,"heading":null,"accuracy":null,"status":"idle","vehicle":null,"city":"x","seq":0},` +
			`{"driverId":"b","lat":0,"lon":0,"distance":1.5,"ts":946684800090,"age":0,"speed":null,"heading":null,"accuracy":null,"status":null,"vehicle":null,"city":null,"seq":null}` +
			`],"truncated":true}`
		if w.Body.String() != want {
			t.Errorf("%s\nnot\n%s", w.Body, want)
		}
	})
}

func TestDriver(t *testing.T) {
	s := &store{at: schemas.Position{DriverID: "a/b", TS: 1}}
	w := ask1(handler(t, Config{}, s, Nobody{}), "/v1/drivers/a%2Fb")
	if w.Code != http.StatusOK || s.id != "a/b" || !strings.Contains(w.Body.String(), `"age":`) || strings.Contains(w.Body.String(), "distance") {
		t.Errorf("%d %s %q", w.Code, w.Body, s.id)
	}
}

func TestTrack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now().UnixMilli()
		s := &store{page: schemas.Track{Points: []schemas.Position{{DriverID: "a", TS: 5}}, Next: "n"}}
		h := handler(t, Config{}, s, Nobody{})
		w := ask1(h, "/v1/drivers/a/track")
		if want := (schemas.TrackQuery{DriverID: "a", From: now + 1 - time.Hour.Milliseconds(), To: now + 1, Limit: 500}); w.Code == http.StatusOK && s.track != want {
			t.Errorf("%+v", s.track)
		}
		w = ask1(h, "/v1/drivers/a/track?from=1790000000000&to=1790000001000&limit=7&cursor=c")
		if want := (schemas.TrackQuery{DriverID: "a", From: 1790000000000, To: 1790000001000, Limit: 7, Cursor: "c"}); s.track != want {
			t.Errorf("%+v", s.track)
		}
		if !strings.HasSuffix(w.Body.String(), `"seq":null}],"next":"n"}`) {
			t.Error(w.Body)
		}
		s.page = schemas.Track{}
		if w = ask1(h, "/v1/drivers/a/track?from=1790000000000&to=1790000001000"); w.Body.String() != `{"points":[],"next":null}` {
			t.Error(w.Body)
		}
	})
}

func TestBadParameters(t *testing.T) {
	const here = "/v1/drivers/nearby?lat=1&lon=1&"
	for url, want := range map[string]string{
		"/v1/drivers/nearby":                        "lat missing, lon missing",
		"/v1/drivers/nearby?lat=91&lon=-181":        "lat out_of_range, lon out_of_range",
		"/v1/drivers/nearby?lat=NaN&lon=north":      "lat wrong_type, lon wrong_type",
		"/v1/drivers/nearby?lat=Inf&lon=1":          "lat out_of_range",
		here + "radius=0":                           "radius out_of_range",
		here + "radius=50001":                       "radius out_of_range",
		here + "limit=0":                            "limit out_of_range",
		here + "limit=501":                          "limit out_of_range",
		here + "limit=1.5":                          "limit wrong_type",
		here + "maxAge=60":                          "maxAge wrong_type",
		here + "maxAge=25h":                         "maxAge out_of_range",
		here + "maxAge=-1s":                         "maxAge out_of_range",
		here + "status=free":                        "status unknown_value",
		here + "vehicle=" + strings.Repeat("x", 65): "vehicle too_long",
		here + "city=%ff":                           "city bad_utf8",
		here + "lat=2":                              "lat duplicate_parameter",
		here + "maxage=60s":                         " unknown_parameter",
		here + "a=%zz":                              " wrong_type",
		"/v1/drivers/" + strings.Repeat("x", 65):    "id too_long",
		"/v1/drivers/x%00":                          "id bad_utf8",
		"/v1/drivers/a/track?from=1790000001000&to=1790000001000": "from out_of_range",
		"/v1/drivers/a/track?from=1780000000000&to=1790000001000": "from out_of_range",
		"/v1/drivers/a/track?to=soon":                             "to wrong_type",
		"/v1/drivers/a/track?cursor=" + strings.Repeat("x", 1025): "cursor too_long",
		"/v1/live":                        "bbox missing, topics missing",
		"/v1/live?topics=cars&bbox=1,2,3": "bbox wrong_type, topics unknown_value",
		"/v1/live?topics=positions,levels&bbox=a,b,c,d": "bbox wrong_type, topics not_offered",
		"/v1/live?topics=positions&bbox=0,0,3,1":        "bbox out_of_range",
		"/v1/live?topics=positions&bbox=0,0,1,3":        "bbox out_of_range",
		"/v1/live?topics=positions&bbox=0,1,1,0":        "bbox out_of_range",
		"/v1/live?topics=positions&bbox=0,0,0,1":        "bbox out_of_range",
		"/v1/live?topics=positions&bbox=181,0,182,1":    "bbox out_of_range",
		"/v1/live?topics=positions&bbox=0,89,1,91":      "bbox out_of_range",
		"/v1/live?topics=positions&bbox=NaN,0,1,1":      "bbox wrong_type",
	} {
		w := ask1(handler(t, Config{}, &store{}, Nobody{}), url)
		var doc struct {
			Code   string
			Errors []struct{ Field, Code string }
		}
		if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range doc.Errors {
			got = append(got, e.Field+" "+e.Code)
		}
		if w.Code != http.StatusBadRequest || doc.Code != "bad_parameters" || strings.Join(got, ", ") != want {
			t.Errorf("%.80s: %d %s, not %s", url, w.Code, w.Body, want)
		}
	}
}

func TestBoxes(t *testing.T) {
	for text, want := range map[string]schemas.Box{
		"121.4,31.1,121.6,31.3": {West: 121.4, South: 31.1, East: 121.6, North: 31.3},
		"179.5,-17,-179.5,-16":  {West: 179.5, South: -17, East: -179.5, North: -16},
		"-180, 89 ,-179,90":     {West: -180, South: 89, East: -179, North: 90},
	} {
		p := &params{values: map[string][]string{"bbox": {text}}}
		if got := p.bbox(2); got != want || p.problem() != nil {
			t.Errorf("%s: %+v %+v", text, got, p.problem())
		}
	}
}

func TestStoreInTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen := &events{}
		began := time.Now()
		w := ask1(handler(t, Config{}, &store{waits: true}, seen), "/v1/drivers/nearby?lat=1&lon=1")
		if w.Code != http.StatusGatewayTimeout || time.Since(began) != 3*time.Second || seen.failed != 1 {
			t.Error(w.Code, time.Since(began), seen.failed)
		}
		w = ask1(handler(t, Config{}, &store{err: errStrange}, seen), "/v1/drivers/x")
		if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "strange") || seen.failed != 2 {
			t.Error(w.Code, w.Body, seen.failed)
		}
		w = ask1(handler(t, Config{}, &store{err: schemas.ErrNotFound}, seen), "/v1/drivers/x")
		if w.Code != http.StatusNotFound || seen.failed != 2 {
			t.Error("not found is no failure:", w.Code, seen.failed)
		}
	})
}

func TestMaxInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := handler(t, Config{MaxInFlight: 1}, &store{waits: true}, Nobody{})
		first := make(chan int)
		go func() { first <- ask1(h, "/v1/drivers/nearby?lat=1&lon=1").Code }()
		synctest.Wait()
		if w := ask1(h, "/v1/drivers/x"); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "1" {
			t.Error(w.Code, w.Header())
		}
		<-first
		if w := ask1(h, "/v1/drivers/x"); w.Code != http.StatusOK {
			t.Error(w.Code)
		}
	})
}

func TestConfig(t *testing.T) {
	err := Config{Timeout: -1, Limit: 501, MaxAge: 25 * time.Hour, Live: LiveConfig{Poll: -1}}.Validate()
	for _, want := range []string{"Timeout", "Limit is more", "MaxAge is more", "Live.Poll"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not in: %v", want, err)
		}
	}
	if _, err := New(Config{}, Deps{}); err == nil {
		t.Error("accepted without a store")
	}
}

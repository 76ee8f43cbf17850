package api

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// cut answers by a handler and returns what it answered and what it panicked with.
func cut(do http.HandlerFunc) (w *httptest.ResponseRecorder, with any) {
	s := New(Config{Log: slog.New(slog.DiscardHandler)})
	s.mux.HandleFunc("GET /cut", do)
	w = httptest.NewRecorder()
	defer func() { with = recover() }()
	s.ServeHTTP(w, httptest.NewRequest("GET", "/cut", nil))
	return w, nil
}

func TestNothingIsWrittenOnTopOfAnAnswerThatHasBegun(t *testing.T) {
	t.Parallel()
	w, with := cut(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"items":[`))
		panic("in the middle")
	})
	if with != http.ErrAbortHandler || w.Body.String() != `{"items":[` {
		t.Errorf("%v, %s", with, w.Body)
	}
}

func TestAHandlerMayCutItsAnswer(t *testing.T) {
	t.Parallel()
	w, with := cut(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	if with != http.ErrAbortHandler || w.Body.Len() > 0 {
		t.Errorf("%v, %s", with, w.Body)
	}
	w, with = cut(func(http.ResponseWriter, *http.Request) { panic("before the beginning") })
	if with != nil || w.Code != 500 || !strings.Contains(w.Body.String(), "Internal Server Error") {
		t.Errorf("%v, %d %s", with, w.Code, w.Body)
	}
}

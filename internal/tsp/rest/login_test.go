package rest_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// lobby is a TSP whose sessions are told in the query and die of a glance. It refuses with 200.
type lobby struct {
	mu     sync.Mutex
	opened int
	alive  bool
	writes int
	// login is answered instead, if set.
	login http.HandlerFunc
}

func (l *lobby) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	switch {
	case r.URL.Path == "/login" && l.login != nil:
		l.login(w, r)
	case r.URL.Path == "/login" && string(body) != `{"token":"`+token+`"}`:
		answer(400, "wrong")(w, r)
	case r.URL.Path == "/login":
		l.opened++
		l.alive = true
		answer(200, fmt.Sprintf(`{"sid":"session-%d"}`, l.opened))(w, r)
	case !l.alive || r.URL.Query().Get("sid") != fmt.Sprintf("session-%d", l.opened):
		answer(200, `{"error":1,"sid":"`+r.URL.Query().Get("sid")+`"}`)(w, r)
	default:
		l.writes++
		answer(200, `{"id":"1"}`)(w, r)
	}
}

// entering is testland behind a log-in.
func entering() rest.Config {
	config := testland()
	config.Auths["token"] = rest.Login{By: rest.QueryKey("sid", tsp.AccessToken),
		Open: func(ctx context.Context, send rest.Send, c tsp.Credentials) (string, time.Duration, error) {
			a, err := send(ctx, rest.Call{Method: "POST", Path: "/login", Body: map[string]string{"token": c.Get("token")}})
			if err != nil {
				return "", 0, err
			}
			made, err := rest.Decode[struct {
				SID string `json:"sid"`
			}](a)
			return made.SID, 0, err
		}}
	config.Answers = rest.Answers{
		Class: func(a rest.Answer) tsp.Class {
			if len(a.Body) > 9 && string(a.Body[:9]) == `{"error":` {
				return tsp.Unauthorized
			}
			return ""
		},
		Message: func(a rest.Answer) string { return string(a.Body) },
	}
	return config
}

// enter connects with what a vault holds.
func enter(t *testing.T, l *lobby, v *vault) tsp.Session {
	t.Helper()
	s, err := rest.New(entering()).Connect(t.Context(), tsp.Access{Credentials: v.stored, BaseURL: serveURL(t, l.ServeHTTP),
		Client: http.DefaultClient, Pace: &pacer{}, Renew: v.renew})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestASessionIsOpenedOnceAndAgainWhenItDied(t *testing.T) {
	t.Parallel()
	l, v := &lobby{}, &vault{stored: credentials()}
	s := enter(t, l, v)
	write := func(opened, writes int) {
		t.Helper()
		writeAtOnce(t, s, 5)
		if l.opened != opened || l.writes != writes {
			t.Errorf("%d sessions and %d writes, want %d and %d", l.opened, l.writes, opened, writes)
		}
	}
	write(1, 5)
	l.alive = false
	write(2, 10)
	if v.stored.Get(tsp.AccessToken) != "session-2" || v.stored.Get("token") != token {
		t.Errorf("stored: %v", v.stored.Fields)
	}
	s = enter(t, l, v)
	l.alive = true
	write(2, 15)
}

func TestALogInThatFailsSentNoWrite(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status int
		body   string
		want   tsp.Class
	}{
		{401, "no", tsp.Unauthorized}, {400, `{"error":1}`, tsp.Unauthorized},
		{401, "<html>log in</html>", tsp.Unavailable}, {400, "no", tsp.Unavailable}, {403, "<html>blocked</html>", tsp.Unavailable},
		{404, "no", tsp.Unavailable}, {422, "no", tsp.Unavailable}, {429, "no", tsp.Throttled}, {500, "no", tsp.Unavailable},
		{200, "no", tsp.Unavailable},
	} {
		l := &lobby{login: answer(c.status, c.body)}
		_, err := enter(t, l, &vault{stored: credentials()}).Write(t.Context(), messageWrite())
		wantClass(t, err, c.want)
		if l.writes != 0 {
			t.Errorf("%d %s: a write was sent", c.status, c.body)
		}
	}
	l := &lobby{login: answer(200, `{"sid":"session-of-another"}`)}
	_, err := enter(t, l, &vault{stored: credentials()}).Write(t.Context(), messageWrite())
	if e := wantClass(t, err, tsp.Unauthorized); e.Message != `{"error":1,"sid":"*****"}` {
		t.Errorf("message = %q", e.Message)
	}
}

// signature is an Auth that the package does not know: it signs what is sent.
type signature struct{}

func (signature) Sign(r *http.Request, c tsp.Credentials) error {
	mac := hmac.New(sha256.New, []byte(c.Get("token")))
	_, _ = io.WriteString(mac, r.Method+" "+r.URL.RequestURI()+"\n")
	if r.GetBody != nil {
		body, err := r.GetBody()
		if err != nil {
			return err
		}
		if _, err := io.Copy(mac, body); err != nil {
			return err
		}
	}
	r.Header.Set("X-Signature", hex.EncodeToString(mac.Sum(nil)))
	return nil
}

func (signature) Hidden(tsp.Credentials) []string { return nil }

func TestAnAdapterMaySignInItsOwnWay(t *testing.T) {
	t.Parallel()
	config := testland()
	config.Auths["token"] = signature{}
	s := serve(t, config, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mac := hmac.New(sha256.New, []byte(token))
		_, _ = mac.Write(append([]byte(r.Method+" "+r.URL.RequestURI()+"\n"), body...))
		if len(body) == 0 || r.Header.Get("X-Signature") != hex.EncodeToString(mac.Sum(nil)) {
			t.Errorf("%s %s is not signed by %s", r.Method, body, r.Header.Get("X-Signature"))
		}
		answer(200, `{"id":"1"}`)(w, r)
	})
	if _, err := s.Write(t.Context(), messageWrite()); err != nil {
		t.Error(err)
	}
}

func TestASignInIsKeptAsACallThatChangesNothing(t *testing.T) {
	t.Parallel()
	kept := &tsp.Exchanges{}
	if _, err := enter(t, &lobby{}, &vault{stored: credentials()}).Write(tsp.Keep(t.Context(), kept), messageWrite()); err != nil {
		t.Fatal(err)
	}
	all, _ := kept.End()
	if len(all) != 2 || all[0].Purpose != tsp.ForSignIn || !all[0].Reads || all[1].Purpose != tsp.ForWrite || all[1].Reads {
		t.Errorf("%+v", all)
	}
}

package console

import (
	"net/http"
	"strings"
	"time"
)

// themeCookie holds light or dark; whoever has none gets that of their system.
const themeCookie = "waybill_theme"

// theme is what the server writes into the page, so that no page is seen in another first.
func theme(r *http.Request) string {
	if cookie, err := r.Cookie(themeCookie); err == nil && (cookie.Value == "light" || cookie.Value == "dark") {
		return cookie.Value
	}
	return "system"
}

// NextTheme is what the switch leads to.
func (f frame) NextTheme() string {
	switch f.Theme {
	case "system":
		return "light"
	case "light":
		return "dark"
	}
	return "system"
}

// chooseTheme keeps a theme for a year and leads back to where the visitor was.
func (c *Console) chooseTheme(r *http.Request, _ Visitor) (answer, error) {
	chosen, age := r.PostFormValue("theme"), int((365 * 24 * time.Hour).Seconds())
	switch chosen {
	case "light", "dark":
	case "system":
		chosen, age = "", -1
	default:
		return answer{}, wrongInput("theme", chosen, "must be light, dark or system")
	}
	return answer{sheet: sheet{cookies: []*http.Cookie{kept(r, themeCookie, chosen, age)}}, to: back(r.PostFormValue("back"))}, nil
}

// keysCookie is there for visitors who want no keys of a page.
const keysCookie = "waybill_keys"

// keys tells whether a single key does something in a page. Whoever speaks to their machine may not want that.
func keys(r *http.Request) bool {
	cookie, err := r.Cookie(keysCookie)
	return err != nil || cookie.Value != "off"
}

// chooseKeys keeps for a year whether the visitor wants keys.
func (c *Console) chooseKeys(r *http.Request, _ Visitor) (answer, error) {
	chosen, age := r.PostFormValue("keys"), int((365 * 24 * time.Hour).Seconds())
	switch chosen {
	case "off":
	case "on":
		chosen, age = "", -1
	default:
		return answer{}, wrongInput("keys", chosen, "must be on or off")
	}
	return answer{sheet: sheet{cookies: []*http.Cookie{kept(r, keysCookie, chosen, age)}}, to: back(r.PostFormValue("back"))}, nil
}

// kept is a cookie of the console for some seconds; -1 takes it away.
func kept(r *http.Request, name, value string, age int) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: Root, MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil}
}

// back is a path of the console to go to, and Root instead of any other.
func back(path string) string {
	if !strings.HasPrefix(path, Root) || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n") {
		return Root
	}
	return path
}

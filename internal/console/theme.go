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
	cookie := &http.Cookie{Name: themeCookie, Value: chosen, Path: Root, MaxAge: age, HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil}
	return answer{sheet: sheet{cookies: []*http.Cookie{cookie}}, to: back(r.PostFormValue("back"))}, nil
}

// back is a path of the console to go to, and Root instead of any other.
func back(path string) string {
	if !strings.HasPrefix(path, Root) || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n") {
		return Root
	}
	return path
}

package simkit

import (
	"net/url"
	"strings"
)

const redacted = "*****"

// secretName reports whether a member or parameter of this name holds a secret.
func secretName(name string) bool {
	name = strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
	if name == "code" {
		return true
	}
	for _, part := range []string{"password", "secret", "token", "authorization", "apikey", "credential", "sessionid"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

// redactBody returns a JSON body as its value and any other body as text, without the values of secret members. A body
// that cannot be read, and speaks of a secret, is not shown at all.
func redactBody(contentType string, body []byte) any {
	if len(body) == 0 {
		return nil
	}
	if strings.HasPrefix(contentType, "application/x-www-form-urlencoded") {
		return redactForm(string(body))
	}
	if v, err := parse(body); err == nil {
		return redactValue(v)
	}
	if secretName(string(body)) {
		return redacted
	}
	return strings.ToValidUTF8(string(body), "\uFFFD")
}

func redactValue(v any) any {
	switch v := v.(type) {
	case Object:
		for name := range v {
			if secretName(name) {
				v[name] = redacted
			} else {
				v[name] = redactValue(v[name])
			}
		}
	case []any:
		for i := range v {
			v[i] = redactValue(v[i])
		}
	}
	return v
}

// redactForm works on an encoded form or query and leaves one without secrets as it came.
func redactForm(encoded string) string {
	values, err := url.ParseQuery(encoded)
	if err != nil {
		if secretName(encoded) {
			return redacted
		}
		return strings.ToValidUTF8(encoded, "\uFFFD")
	}
	found := false
	for name, list := range values {
		if secretName(name) {
			found = true
			for i := range list {
				list[i] = redacted
			}
		}
	}
	if !found {
		return encoded
	}
	return values.Encode()
}

package sim

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// What the server's JSON library makes of a value that is not of the member's type: a number or a truth becomes a text,
// and a text that spells one becomes a number or a truth. Objects and lists become nothing else.

func asText(v any) (any, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case int64:
		return idText(v), true
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return nil, false
}

func asWhole(v any) (any, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case float64:
		return int64(v), math.Abs(v) < math.MaxInt64
	case string:
		if strings.TrimSpace(v) == "" {
			return int64(0), true
		}
		n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64)
		return n, err == nil
	}
	return nil, false
}

func asDecimal(v any) (any, bool) {
	if s, isText := v.(string); isText {
		n, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
		return n, err == nil
	}
	return v, simkit.Number(v) == ""
}

func asFlag(v any) (any, bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case int64:
		return v != 0, true
	case string:
		switch strings.TrimSpace(v) {
		case "true", "True", "TRUE":
			return true, true
		case "false", "False", "FALSE", "":
			return false, true
		}
	}
	return nil, false
}

// asDate reads ISO 8601 and milliseconds since 1970, and writes times as the library does.
func asDate(v any) (any, bool) {
	switch v := v.(type) {
	case int64:
		return timestamp(time.UnixMilli(v)), true
	case string:
		for _, layout := range []string{time.RFC3339, time.DateOnly} {
			if at, err := time.Parse(layout, v); err == nil {
				return timestamp(at), true
			}
		}
	}
	return nil, false
}

func asObject(v any) (any, bool) {
	_, is := v.(simkit.Object)
	return v, is
}

package sim

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// The switches of releases. None is the release that the document is of.
const (
	unreleased  = "unreleased"
	release6120 = "release_6_12"
	release66   = "release_6_6"
)

// version is what the server says of itself (model/Server.getVersion). The unreleased source still bears the number of
// the release before it.
func (s *service) version() string {
	switch {
	case s.Host.On(release66):
		return "6.6"
	case s.Host.On(release6120):
		return "6.12.2"
	}
	return "6.14.5"
}

// pages tells whether lists have limit, offset and keyword, which came with 6.13.0 (api/SimpleObjectResource).
func (s *service) pages() bool { return !s.Host.On(release66) && !s.Host.On(release6120) }

// linkKeys are the two parameters that name the ends of links to list, the owner first. Releases that have the call at
// all, from 6.14.0 to 6.14.5, take them in the order of a hash table, so that driverId always comes before deviceId,
// whose table is not there (api/resource/PermissionsResource.get). The unreleased source takes them as they stand in the
// request (c65980936, 2026-07-20).
func (s *service) linkKeys(c *call) ([]string, error) {
	var keys []string
	for part := range strings.SplitSeq(c.Request.URL.RawQuery, "&") {
		key, _, _ := strings.Cut(part, "=")
		if key, _ = url.QueryUnescape(key); strings.HasSuffix(key, "Id") && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	if !s.Host.On(unreleased) {
		slices.SortStableFunc(keys, func(a, b string) int { return cmp.Compare(bucket(a), bucket(b)) })
	}
	if len(keys) < 2 {
		return nil, outOfBounds(len(keys), frame("org.traccar.api.resource.PermissionsResource.get", 91)+outer())
	}
	return keys[:2], nil
}

// bucket is the place of a key in a hash table of sixteen, which is how many Java begins with.
func bucket(key string) uint32 {
	var h uint32
	for _, c := range []byte(key) {
		h = 31*h + uint32(c)
	}
	return (h ^ h>>16) & 15
}

// listLinks answers the links between two classes, 0 standing for any id. Only for administrators. The keys are the
// names of the columns as the database tells them, not those of the document (storage/QueryBuilder).
func (s *service) listLinks(tx *simkit.Tx, c *call) (any, error) {
	if !s.pages() {
		return nil, web(http.StatusMethodNotAllowed)
	}
	if !c.is("administrator") {
		return nil, security("Administrator access required")
	}
	keys, err := s.linkKeys(c)
	if err != nil {
		return nil, err
	}
	var p pair
	for n, key := range keys {
		cl, known := classOf(key)
		id, err := wholeNumber(c.Query.Get(key))
		switch {
		case err != nil:
			return nil, runtime("NumberFormatException", "For input string: \""+c.Query.Get(key)+"\"")
		case !known:
			return nil, nullPointer("java.lang.Class.getSimpleName()", "ownerClass")
		}
		p[n] = end{cl.link, id}
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	return s.showLinks(tx, p), nil
}

func (s *service) showLinks(tx *simkit.Tx, p pair) []any {
	column := strings.ToLower
	if s.dialect() == "h2" {
		column = strings.ToUpper
	}
	list := []any{}
	for _, i := range tx.Items(permissions) {
		shown, fits := simkit.Object{}, true
		for _, e := range p {
			id, has := i.Object[e.key]
			fits = fits && has && (e.id == 0 || id == e.id)
			shown[column(e.key)] = id
		}
		if fits {
			list = append(list, shown)
		}
	}
	return list
}

package traccar

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const (
	positionsPath = "/api/positions"
	typesPath     = "/api/commands/types"
)

// remembered is how long a session trusts what it knows of a server's devices and groups.
const remembered = 10 * time.Minute

// known is what sessions remember of a server.
type known struct {
	groups *rest.Kept[map[int64]string]
	fleet  *rest.Kept[*fleet]
}

func newKnown() known {
	return known{groups: &rest.Kept[map[int64]string]{Life: remembered, Load: loadGroups},
		fleet: &rest.Kept[*fleet]{Life: remembered, Load: loadFleet}}
}

// loadGroups reads the names of all groups.
func loadGroups(ctx context.Context, send rest.Send) (map[int64]string, error) {
	rows, _, err := table{"/api/groups", "groups"}.read(ctx, send, nil)
	names := map[int64]string{}
	for _, r := range rows {
		names[integer(r.object, "id")] = r.text("name")
	}
	return names, err
}

// position is what a device last reported.
type position struct {
	DeviceID   int64     `json:"deviceId"`
	Protocol   string    `json:"protocol"`
	ServerTime time.Time `json:"serverTime"`
	Attributes object    `json:"attributes"`
	// sender is by what the server sends commands to the device if not by its protocol
	// (CommandSenderManager).
	sender string
}

// driver is the identifier of who was signed in on the device; "" if it did not tell.
func (p position) driver() string { return p.Attributes.text("driverUniqueId") }

// fleet is what is known of a server's devices.
type fleet struct {
	devices int
	// takers are the last positions of devices that show texts, the one that reported last first.
	takers []position

	mu sync.Mutex
	// linked are the drivers that devices are linked to, as far as they were asked for.
	linked map[int64][]resource.SourceID
}

// loadFleet finds the devices that show texts. What commands a device takes follows from the protocol of
// its last position (CommandResource), so that one call tells it for all devices of a protocol.
func loadFleet(ctx context.Context, send rest.Send) (*fleet, error) {
	rows, _, err := deviceTable().read(ctx, send, nil)
	if err != nil {
		return nil, err
	}
	reported, err := lastPositions(ctx, send, rows)
	if err != nil {
		return nil, err
	}
	f, shows := &fleet{devices: len(rows), linked: map[int64][]resource.SourceID{}}, map[[2]string]bool{}
	for _, p := range reported {
		way := [2]string{p.Protocol, p.sender}
		if _, asked := shows[way]; !asked {
			if shows[way], _, err = showsTexts(ctx, send, p.DeviceID); err != nil {
				return nil, err
			}
		}
		if shows[way] {
			f.takers = append(f.takers, p)
		}
	}
	slices.SortStableFunc(f.takers, func(a, b position) int {
		return cmp.Or(b.ServerTime.Compare(a.ServerTime), cmp.Compare(a.DeviceID, b.DeviceID))
	})
	return f, nil
}

// lastPositions are those of devices. The server lists those of devices that are linked to the caller
// (PositionUtil.getLatestPositions); to an administrator, it gives the others by their ids.
func lastPositions(ctx context.Context, send rest.Send, rows []row) ([]position, error) {
	all, err := positions(ctx, send, nil)
	if err != nil {
		return nil, err
	}
	met := map[int64]bool{}
	for _, p := range all {
		met[p.DeviceID] = true
	}
	var missing []string
	senders := map[int64]string{}
	for _, r := range rows {
		device, last := integer(r.object, "id"), integer(r.object, "positionId")
		if last > 0 && !met[device] {
			missing = append(missing, strconv.FormatInt(last, 10))
		}
		more := r.attributes()
		senders[device] = more.text("command.sender")
		if senders[device] == "" && more["notificationTokens"] != nil {
			senders[device] = "notificationTokens"
		}
	}
	for ids := range slices.Chunk(missing, pageSize) {
		more, err := positionsOf(ctx, send, ids)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	for i := range all {
		all[i].sender = senders[all[i].DeviceID]
	}
	return all, nil
}

// positionsOf reads positions by their ids. The server refuses all of them for one that is not there.
func positionsOf(ctx context.Context, send rest.Send, ids []string) ([]position, error) {
	all, err := positions(ctx, send, url.Values{"id": ids})
	var e *tsp.Error
	if !errors.As(err, &e) || e.Class != tsp.Rejected {
		return all, err
	}
	if len(ids) == 1 {
		return nil, nil
	}
	half := len(ids) / 2
	one, err := positionsOf(ctx, send, ids[:half])
	if err != nil {
		return nil, err
	}
	other, err := positionsOf(ctx, send, ids[half:])
	return append(one, other...), err
}

func positions(ctx context.Context, send rest.Send, query url.Values) ([]position, error) {
	a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: positionsPath, Query: query, Most: longest})
	if err != nil {
		return nil, err
	}
	return rest.Decode[[]position](a)
}

// showsTexts asks whether a device takes the command that shows a text.
func showsTexts(ctx context.Context, send rest.Send, device int64) (bool, rest.Answer, error) {
	of := url.Values{"deviceId": {strconv.FormatInt(device, 10)}}
	a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: typesPath, Query: of})
	if err != nil {
		return false, a, err
	}
	types, err := rest.Decode[[]command](a)
	return slices.ContainsFunc(types, func(c command) bool { return c.Type == commandType }), a, err
}

// of returns the drivers that a device is known to be linked to.
func (f *fleet) of(device int64) ([]resource.SourceID, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	ids, asked := f.linked[device]
	return ids, asked
}

// ask asks for the drivers of a device, which every release tells to everybody who sees both
// (ExtendedObjectResource).
func (f *fleet) ask(ctx context.Context, send rest.Send, device int64) ([]resource.SourceID, error) {
	rows, _, err := driverTable().read(ctx, send, url.Values{"deviceId": {strconv.FormatInt(device, 10)}})
	if err != nil {
		return nil, err
	}
	ids := []resource.SourceID{}
	for _, r := range rows {
		ids = append(ids, r.id())
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.linked[device] = ids
	return ids, nil
}

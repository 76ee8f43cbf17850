package tables

// deliveryNumbers are up to which number deliveries were given one, and up to which they may be.
type deliveryNumbers struct{ given, aside int64 }

// numbersAside is how many are set aside at once: more than a group needs, and so many that setting them aside
// costs nothing.
const numbersAside = 1024

// deliveryNumber is the next number of a delivery. SQLite itself gives a number again once the row that held
// the highest is gone, and its AUTOINCREMENT writes a page more in every commit. What was set aside and not
// given is left out: after a group that was taken back, a start, and whenever another process may have written,
// and set aside more: of two deliveries the later one has the greater number, whoever makes it.
func (t *tx) deliveryNumber() (int64, error) {
	n := &t.known.numbers
	if n.given == n.aside {
		aside, err := rows(t, `UPDATE delivery_number SET aside = aside + ?1 RETURNING aside`, scanOne[int64], numbersAside)
		if err != nil {
			return 0, err
		}
		n.aside = aside[0]
		n.given = n.aside - numbersAside
	}
	n.given++
	return n.given, nil
}

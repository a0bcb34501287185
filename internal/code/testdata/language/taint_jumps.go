package jumps

func breaks(ears []Ear) {
	word := ""
	for _, e := range ears {
		if e.Open() {
			word = hear()
			break
		}
	}
	// ruleid: jumps
	say(word)
}

func cases(mood int) {
	word, other := "", ""
	switch mood {
	case 1:
		word = hear()
		fallthrough
	case 2:
		// ruleid: jumps
		say(word)
	case 3:
		// ok: jumps
		say(word)
		other = hear()
		break
	default:
		return
	}
	// ruleid: jumps
	say(other)
}

func types(v any) {
	word := hear()
	switch x := v.(type) {
	case string:
		word = x
	default:
		word = ""
	}
	// ok: jumps
	say(word)
	switch x := any(hear()).(type) {
	case string:
		// ruleid: jumps
		say(x)
	}
}

func selects(c chan string, done chan bool) {
	word := ""
outer:
	for {
		select {
		case <-done:
			break outer
		case v := <-c:
			word = v
		default:
			word = hear()
			break
		}
	}
	// ruleid: jumps
	say(word)
}

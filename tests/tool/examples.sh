# SPDX-License-Identifier: MIT
# The manual's examples, as they stand there, but for one that asks at a terminal and one of somewhere else's server.
examples() { sed -n '/^\.SH EXAMPLES/,/^\.fi/s/^supa /supa /p' "$top/doc/supa.1"; }
mkdir "$work/examples"
printf 'name\nSpring\n' >"$work/examples/coupons.csv"
count verdict "the manual has examples" "enough of them" 1 "$(($(examples | wc -l) >= 7))"
while read -r example; do
  case $example in
  *https://* | *rotate*) continue ;;
  esac
  run sh -c "cd '$work/examples' && PATH=$(dirname "$tool"):\$PATH && $example"
  count verdict "it works: $example" "exit status" 0 "$status"
done < <(examples)
count verdict "a filtered export of one command" "first columns and more" "id,store_id,order_number 1" \
  "$(head -1 "$work/examples/orders.csv" | cut -d, -f1-3) $(($(wc -l <"$work/examples/orders.csv") > 1))"
run supa delete coupons --store tulip --eq name=Spring

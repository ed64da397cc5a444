# SPDX-License-Identifier: MIT
# What a newcomer types first: the demo, and then a command of the manual's with its servers, which are these here.
export DEMO_BUILD=${tool%/examples/supa/supa}
run "$top/examples/demo.sh"
count verdict "the demo prints what it should" "exit status and output" "0 $(<"$top/examples/demo.expected")" "$status $(<"$work/out")"
run sh -c "cd '$work' && '$top/examples/demo.sh' supa export sales_orders --store tulip --eq status=pending --to orders.csv"
count verdict "a filtered export with its servers" "exit status and columns" "0 id,store_id,order_number" \
  "$status $(head -1 "$work/orders.csv" | cut -d, -f1-3)"
count verdict "… has the rows that it should have" "numbers" "T1-1002" "$(tail -n +2 "$work/orders.csv" | cut -d, -f3)"
unset DEMO_BUILD

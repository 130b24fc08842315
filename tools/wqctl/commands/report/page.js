// SPDX-License-Identifier: GPL-2.0
// Draws the charts of a report with Chart.js, from the data that stands in the page. Names are text wherever they go.
(() => {
    "use strict";

    const light = ["#2459b3", "#d1600a", "#1a7f4b", "#a2319b", "#b3261e", "#00798c", "#7a5c00", "#5b4fc7"];
    const dark = ["#7db0ff", "#ffad5c", "#5ccb91", "#e79be2", "#ff8a80", "#4fd0e0", "#e0c255", "#b0a5ff"];
    const dashes = [[], [7, 3], [2, 2], [9, 3, 2, 3]];
    const shownAtFirst = 6, fewItems = 100;

    // Paper is light, whatever the screen is.
    let onPaper = false;
    const isDark = () => !onPaper && matchMedia("(prefers-color-scheme: dark)").matches;
    const colour = (i) => (isDark() ? dark : light)[i % light.length];
    const dash = (i) => dashes[Math.floor(i / light.length) % dashes.length];
    const token = (name) => onPaper ? { "--text": "#000", "--dim": "#444", "--line": "#bbb", "--card": "#fff" }[name] ??
        token.light[name] : getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    token.light = { "--good": "#14633a", "--bad": "#a1202c", "--doubtful": "#7a4f05", "--accent": "#123f86" };
    const isNarrow = () => matchMedia("(max-width: 34rem)").matches;

    const digits = (value) => value === 0 ? "0" : String(Number(value.toPrecision(3)));
    const scaled = (value, steps) => {
        const [size, unit] = steps.find(([least]) => Math.abs(value) >= least) ?? steps[steps.length - 1];
        return digits(value / size) + unit;
    };
    const formats = {
        time: (ns) => ns === 0 ? "0" : scaled(ns, [[1e9, " s"], [1e6, " ms"], [1e3, " µs"], [1, " ns"]]),
        rate: (n) => n === 0 ? "0" : scaled(n, [[1e9, " G"], [1e6, " M"], [1e3, " k"], [1, ""]]),
        number: (n) => Math.abs(n) >= 1e4 ? formats.rate(n) : digits(n),
        // Sums of steps are not quite 1 where they should be.
        ratio: (r) => r >= 3 ? "×" + digits(r) : Math.abs(r - 1) < 1e-9 ? "same" :
            (r > 1 ? "+" : "−") + digits(Math.abs(r - 1) * 100) + " %",
        share: (percent) => digits(percent) + " %",
        seconds: (s) => digits(s) + " s",
    };
    // Two lines at most, cut between words where that can be.
    const folded = (text, most) => {
        if (text.length <= most)
            return text;
        const space = text.lastIndexOf(" ", most);
        const at = space > 0 ? space : most;
        const rest = text.slice(at).trim();
        return [text.slice(0, at), rest.length > most ? rest.slice(0, most - 1) + "…" : rest];
    };
    // 1, 2 or 5 of some decade, so that some five fit.
    const stepFor = (span) => {
        const decade = 10 ** Math.floor(Math.log10(span / 5));
        return decade * ([1, 2, 5].find((n) => n * decade >= span / 5) ?? 10);
    };

    const element = (name, className, text) => {
        const made = document.createElement(name);
        if (className)
            made.className = className;
        if (text !== undefined)
            made.textContent = text;
        return made;
    };

    // Buttons of which one is pressed.
    const choice = (parent, label, names, chosen) => {
        if (names.length < 2)
            return;
        const group = element("div", "group");
        group.setAttribute("role", "group");
        group.setAttribute("aria-label", label);
        const buttons = names.map((name, i) => {
            const button = element("button", "", name);
            button.type = "button";
            button.setAttribute("aria-pressed", String(i === 0));
            button.addEventListener("click", () => {
                buttons.forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
                chosen(i);
            });
            group.append(button);
            return button;
        });
        parent.append(group);
    };

    // Buttons of which each shows and hides a series.
    const legend = (parent, names, shown, changed, isThere = () => true) => {
        const buttons = names.map((name, i) => {
            const button = element("button");
            button.type = "button";
            button.append(element("span", "swatch"), element("span", "", name));
            button.addEventListener("click", () => {
                shown[i] = !shown[i];
                changed();
            });
            parent.append(button);
            return button;
        });
        return () => buttons.forEach((button, i) => {
            button.hidden = !isThere(i);
            button.setAttribute("aria-pressed", String(shown[i]));
            button.firstChild.style.borderTopColor = colour(i);
            button.firstChild.style.borderTopStyle = dash(i).length ? "dashed" : "solid";
        });
    };

    const axis = (title, more) => ({
        title: { display: Boolean(title), text: title, color: token("--dim") },
        grid: { color: token("--line"), borderColor: token("--line") },
        ...more,
        ticks: { color: token("--dim"), maxRotation: 0, autoSkipPadding: 12, ...more?.ticks },
    });
    const tooltip = (callbacks, more) => ({
        backgroundColor: token("--text"), titleColor: token("--card"), bodyColor: token("--card"), padding: 9,
        boxPadding: 4, callbacks, ...more,
    });
    const common = (scales, callbacks, tip) => ({
        animation: false, responsive: true, maintainAspectRatio: false, parsing: false, normalized: true,
        interaction: { mode: "index", intersect: false, axis: "x" },
        plugins: { legend: { display: false }, tooltip: tooltip(callbacks, tip) },
        scales,
    });
    // 1, 10, 100; of a short axis 2 and 5, too; of one so short that there are not two of them, its ends.
    const decadeTicks = (format) => function ticks(value, index, all) {
        const isShort = Math.log10(this.max / this.min) < 2.2;
        const isRound = (number) => {
            const lead = Number(number.toExponential().split("e")[0]);
            return lead === 1 || (isShort && (lead === 2 || lead === 5));
        };
        const hasRound = all.filter((tick) => isRound(tick.value)).length > 1;
        return (hasRound ? isRound(value) : index === 0 || index === all.length - 1) ? format(value) : null;
    };

    const makers = {
        distributions(data, figure, draw) {
            const edge = (place) => 2 ** (place / data.per_octave);
            const stages = data.stages.map((name, i) => ({ name, i })).filter(({ i }) =>
                data.series.some((series) => series.stages[i]));
            let stage = stages[0].i, view = 0, isByHand = false;
            // The shape of a few items is chance, and its peaks are high: at first without, if there are others.
            const items = (series) => (series.stages[stage] ?? []).reduce((sum, n, i) => i % 2 ? sum + n : sum, 0);
            const shown = data.series.map(() => false);
            const has = (i) => Boolean(data.series[i].stages[stage]);
            // What a click chose stays, as long as this stage has any of it.
            const choose = () => {
                if (isByHand && shown.some((is, i) => is && has(i)))
                    return;
                const most = Math.max(...data.series.map(items));
                let visible = 0;
                data.series.forEach((series, i) => {
                    shown[i] = has(i) && items(series) >= Math.min(fewItems, most) && visible++ < shownAtFirst;
                });
            };
            choose();
            const about = element("p", "about");
            const places = () => {
                let low = Infinity, high = -Infinity;
                data.series.forEach((series, i) => {
                    const bins = shown[i] && series.stages[stage];
                    for (let at = 0; bins && at < bins.length; at += 2) {
                        low = Math.min(low, bins[at]);
                        high = Math.max(high, bins[at]);
                    }
                });
                return low <= high ? [low - 1, high + 1] : [0, 4 * data.per_octave];
            };
            const points = (bins, low, high) => {
                const counts = new Map();
                let all = 0, left = 0;
                for (let at = 0; at < bins.length; at += 2) {
                    counts.set(bins[at], bins[at + 1]);
                    all += bins[at + 1];
                }
                left = all;
                const result = [];
                for (let place = low; place <= high + 1; place++) {
                    const count = counts.get(place) ?? 0;
                    const share = 100 * (view ? left : count) / all;
                    result.push({ x: edge(place), y: view && share === 0 ? null : share });
                    left -= count;
                }
                return result;
            };
            const config = () => {
                const [low, high] = places();
                about.textContent = view ?
                    "The share of items that took longer: a point at 1 % is the 99th percentile." :
                    "The share of items in each step; a step is 19 % longer than the one before.";
                return {
                    type: "line",
                    data: {
                        datasets: data.series.map((series, i) => ({
                            label: series.name, hidden: !shown[i] || !series.stages[stage],
                            data: series.stages[stage] ? points(series.stages[stage], low, high) : [],
                            borderColor: colour(i), backgroundColor: colour(i) + "26", borderWidth: 2, borderDash: dash(i),
                            pointRadius: 0, stepped: view ? false : "before", fill: view ? false : "origin",
                        })),
                    },
                    options: common({
                        x: axis(data.stages[stage], { type: "logarithmic", min: edge(low), max: edge(high + 1),
                            ticks: { callback: decadeTicks(formats.time), autoSkip: false } }),
                        y: view ? axis("took longer", { type: "logarithmic", max: 100,
                            ticks: { callback: decadeTicks(formats.share), autoSkip: false } }) :
                            axis("of items", { beginAtZero: true, ticks: { callback: formats.share } }),
                    }, {
                        title: (items) => items.length === 0 ? "" : view ? "longer than " + formats.time(items[0].parsed.x) :
                            formats.time(items[0].parsed.x) + " to " +
                            formats.time(items[0].parsed.x * 2 ** (1 / data.per_octave)),
                        label: (item) => " " + item.dataset.label + ": " + formats.share(item.parsed.y),
                    }, { filter: (item) => item.parsed.y > 0 }),
                };
            };
            choice(figure.controls, "What of an item", stages.map(({ name }) => name), (i) => {
                stage = stages[i].i;
                choose();
                draw();
            });
            choice(figure.controls, "How", ["distribution", "tail"], (i) => {
                view = i;
                draw();
            });
            figure.after(about);
            figure.paint = legend(figure.legend, data.series.map(({ name }) => name), shown, () => {
                isByHand = true;
                draw();
            }, has);
            return config;
        },

        intervals(data, figure, draw) {
            let at = 0;
            const about = element("p", "about");
            const ink = (row) => row.mark ? token("--" + row.mark) : token("--accent");
            const config = () => {
                const panel = data.panels[at];
                const format = formats[panel.unit];
                const isRatio = panel.unit === "ratio";
                about.textContent = `A dot is the ${isRatio ? "ratio of B's median to A's (of all, their mean)" :
                    "median"}, a bar its 95 % interval. The axis need not begin at zero.`;
                figure.height(panel.rows.length * (isNarrow() ? 36 : 30) + 64);
                const most = isNarrow() ? 16 : 40;
                const marks = {
                    id: "marks",
                    beforeDatasetsDraw({ ctx, chartArea, scales: { x } }) {
                        if (!isRatio)
                            return;
                        ctx.save();
                        ctx.strokeStyle = token("--text");
                        ctx.setLineDash([4, 3]);
                        ctx.beginPath();
                        ctx.moveTo(x.getPixelForValue(1), chartArea.top);
                        ctx.lineTo(x.getPixelForValue(1), chartArea.bottom);
                        ctx.stroke();
                        ctx.restore();
                    },
                    afterDatasetsDraw({ ctx, scales: { x, y } }) {
                        panel.rows.forEach((row, i) => {
                            ctx.beginPath();
                            ctx.arc(x.getPixelForValue(row.median), y.getPixelForValue(i), 5, 0, 2 * Math.PI);
                            ctx.fillStyle = ink(row);
                            ctx.fill();
                            ctx.lineWidth = 2;
                            ctx.strokeStyle = token("--card");
                            ctx.stroke();
                        });
                    },
                };
                const ends = panel.rows.flatMap((row) => [row.low ?? row.median, row.high ?? row.median]);
                if (isRatio)
                    ends.push(1);
                const low = Math.min(...ends), high = Math.max(...ends), step = stepFor((high - low) || high || 1);
                const isOfDecades = panel.unit === "time" && low > 0 && high > 20 * low;
                // Not on the frame.
                const least = Math.floor(low / step) * step - (isRatio && low === 1 ? step : 0);
                const greatest = Math.ceil(high / step) * step + (isRatio && high === 1 ? step : 0);
                return {
                    type: "bar",
                    data: {
                        labels: panel.rows.map(({ name }) => name),
                        datasets: [{
                            data: panel.rows.map((row, i) => ({ y: i, x: [row.low ?? row.median, row.high ?? row.median] })),
                            parsing: { xAxisKey: "x", yAxisKey: "y" },
                            backgroundColor: panel.rows.map((row) => ink(row) + "55"), borderRadius: 5, borderSkipped: false,
                            barThickness: 10,
                        }],
                    },
                    options: {
                        ...common({
                            x: axis(isRatio ? panel.title + ", B against A" : panel.title, isOfDecades ? {
                                type: "logarithmic", min: low / 1.3, max: high * 1.3,
                                ticks: { callback: decadeTicks(format), autoSkip: false },
                            } : {
                                min: Math.max(0, least), max: greatest,
                                ticks: { callback: (value) => format(value), stepSize: step },
                            }),
                            y: axis("", { type: "category", grid: { display: false },
                                ticks: { color: token("--text"), autoSkip: false,
                                    callback: (value) => folded(panel.rows[value]?.name ?? "", most) } }),
                        }, {
                            title: (items) => panel.rows[items[0]?.dataIndex]?.name ?? "",
                            label: ({ dataIndex }) => {
                                const { median, low: from, high: to } = panel.rows[dataIndex];
                                return " " + format(median) + (from === null ? "" : `, 95 %: ${format(from)} to ${format(to)}`);
                            },
                        }, { displayColors: false }),
                        indexAxis: "y", normalized: false,
                        interaction: { mode: "index", intersect: false, axis: "y" },
                    },
                    plugins: [marks],
                };
            };
            choice(figure.controls, "Figure", data.panels.map(({ title }) => title), (i) => {
                at = i;
                draw();
            });
            figure.after(about);
            return config;
        },

        lines(data, figure, draw) {
            let at = 0;
            const shown = data.series.map((_, i) => i < shownAtFirst);
            const config = () => {
                const { title, unit } = data.panels[at];
                const format = formats[unit];
                return {
                    type: "line",
                    data: {
                        datasets: data.series.map((series, i) => ({
                            label: series.name, hidden: !shown[i],
                            data: series.values[at].map((y, k) => ({ x: data.seconds[k], y })),
                            borderColor: colour(i), backgroundColor: colour(i), borderWidth: 2, borderDash: dash(i),
                            pointRadius: data.seconds.length > 60 ? 0 : 2,
                        })),
                    },
                    options: common({
                        x: axis("", { type: "linear", min: data.seconds[0], max: data.seconds[data.seconds.length - 1],
                            ticks: { callback: formats.seconds } }),
                        y: axis(title, { beginAtZero: true, ticks: { callback: (value) => format(value) } }),
                    }, {
                        title: (items) => items.length ? formats.seconds(items[0].parsed.x) : "",
                        label: (item) => " " + item.dataset.label + ": " + format(item.parsed.y),
                    }),
                };
            };
            choice(figure.controls, "Figure", data.panels.map(({ title }) => title), (i) => {
                at = i;
                draw();
            });
            figure.paint = legend(figure.legend, data.series.map(({ name }) => name), shown, draw);
            return config;
        },
    };

    // Heat maps are tables; of several, one is looked at.
    for (const maps of document.querySelectorAll(".maps")) {
        const each = [...maps.querySelectorAll(".map")];
        const controls = element("div", "controls");
        const show = (chosen) => each.forEach((map, i) => { map.hidden = i !== chosen; });
        choice(controls, "Figure", each.map((map) => map.dataset.title), show);
        maps.querySelector("figcaption").after(controls);
        show(0);
    }

    const source = document.getElementById("charts");
    if (!source || typeof Chart === "undefined")
        return;
    document.documentElement.classList.add("charts");
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    const figures = document.querySelectorAll("figure.chart");
    // One that can't be drawn takes no other with it.
    const redraws = JSON.parse(source.textContent).map((data, i) => {
        const canvas = figures[i].querySelector("canvas");
        let chart;
        const figure = {
            controls: figures[i].querySelector(".controls"),
            legend: figures[i].querySelector(".legend"),
            after: (more) => figures[i].append(more),
            height: (pixels) => { canvas.parentNode.style.height = pixels + "px"; },
        };
        let config;
        const draw = () => {
            chart?.destroy();
            chart = new Chart(canvas, config());
            figure.paint?.();
        };
        try {
            config = makers[data.kind](data, figure, draw);
            draw();
        } catch (error) {
            canvas.parentNode.replaceWith(element("p", "note bad", "This chart can't be drawn: " + error.message));
            return () => {};
        }
        return draw;
    });
    const redraw = () => redraws.forEach((draw) => draw());
    for (const change of ["(prefers-color-scheme: dark)", "(max-width: 34rem)"])
        matchMedia(change).addEventListener("change", redraw);
    for (const event of ["beforeprint", "afterprint"])
        addEventListener(event, () => {
            onPaper = event === "beforeprint";
            redraw();
        });
})();
